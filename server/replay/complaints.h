// What was wrong with a trace: the first mistakes in full, the others as a number.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace harbinger::replay {

/// Prints `file:line: reason` for the first kPrinted lines that cannot be read, and counts them all.
class Complaints {
 public:
  static constexpr std::uint64_t kPrinted = 10;

  /// `out` outlives this.
  explicit Complaints(std::ostream& out) : out_(out) {}

  void line(std::string_view file, std::uint64_t line, std::string_view reason);
  /// Something wrong with a whole file; always printed.
  void file(std::string_view file, std::string_view reason);
  /// Says how many there were, when that were more than have been printed.
  void close();

  std::uint64_t lines() const { return lines_; }
  std::uint64_t files() const { return files_; }

 private:
  std::ostream& out_;
  std::uint64_t lines_ = 0, files_ = 0;
};

}  // namespace harbinger::replay
