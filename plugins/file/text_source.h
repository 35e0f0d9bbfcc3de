// The text of a zone file, read piece by piece: only the entry in work is kept in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::file {

/// What tells a changed file from an unchanged one. All zero: there is no such file.
struct FileStamp {
  std::int64_t modified_ns = 0;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;

  bool operator==(const FileStamp&) const = default;
  static FileStamp of(const std::filesystem::path& path);
};

/// A window over a file or a text. The window begins where the last `drop` ended and grows by `fill`.
class TextSource {
 public:
  /// Only regular files: a pipe could keep a server from starting.
  static Result<TextSource> open(const std::filesystem::path& path);
  static TextSource of_text(std::string_view text);

  TextSource(TextSource&& other) noexcept;
  TextSource& operator=(TextSource&&) = delete;
  ~TextSource();

  /// Valid until `fill` or `drop`.
  std::string_view window() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Makes the window longer; false at the end of the text. A failing read ends the text and is told by `failed`.
  bool fill();
  /// Forgets the first octets of the window.
  void drop(std::size_t octets) { begin_ += octets; }

  bool failed() const { return failed_; }
  /// As it was when the file was opened.
  const FileStamp& stamp() const { return stamp_; }

 private:
  TextSource() = default;

  int descriptor_ = -1;
  bool failed_ = false;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  FileStamp stamp_;
};

}  // namespace harbinger::file
