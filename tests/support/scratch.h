// A folder of a test's own under the system's temporary folder, gone when the test is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harbinger::test {

class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
  /// Writes a file, folders above it included, and returns where it is.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// Where a file of the project is.
std::filesystem::path in_project(const std::filesystem::path& file);

/// The whole of a file; empty when there is none.
std::string read_text(const std::filesystem::path& file);

}  // namespace harbinger::test
