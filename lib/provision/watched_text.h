// A text in a file that others replace while we run: a token, a password.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include <harbinger/result.h>

namespace harbinger::provision {

/// Any thread.
class WatchedText {
 public:
  explicit WatchedText(std::filesystem::path file) : file_(std::move(file)) {}

  /// The file's text without white space around it, read again when the file has changed. Errors: that it cannot be read, `malformed` when it is empty or has control characters.
  Result<std::string> text();
  /// Reads it at the next time whatever it looks like. True when what is there then differs from `known`.
  bool differs_from(std::string_view known);
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Stamp {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = -1, written = 0, changed = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static Stamp stamp_of(const std::filesystem::path& file);
  Result<std::string> read();

  const std::filesystem::path file_;
  std::mutex mutex_;
  Stamp seen_;
  std::string text_;
};

}  // namespace harbinger::provision
