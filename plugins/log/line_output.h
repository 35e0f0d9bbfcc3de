// Where lines go: standard output, or a file that is only ever appended to.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger::querylog {

class LineOutput {
 public:
  /// Without a file: standard output.
  explicit LineOutput(std::optional<std::filesystem::path> file) : file_(std::move(file)) {}
  ~LineOutput() { close(); }
  LineOutput(const LineOutput&) = delete;
  LineOutput& operator=(const LineOutput&) = delete;

  /// Opens, or opens again after somebody moved the file away. On an error what was open stays so.
  Result<void> open();
  /// Everything or an error; some lines may be lost then.
  Result<void> write(std::string_view lines);

 private:
  void close();

  const std::optional<std::filesystem::path> file_;
  int descriptor_ = -1;
};

}  // namespace harbinger::querylog
