// A file as lines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/replay/unpack.h"

namespace harbinger::replay {

/// Lines of a source without their ends (LF or CRLF). What is longer than kLongest comes in pieces of that length.
class LineInput {
 public:
  static constexpr std::size_t kLongest = 1 << 20;

  explicit LineInput(std::unique_ptr<OctetSource> source) : source_(std::move(source)) {}

  /// The next line, valid until the next call; nothing at the end.
  std::optional<std::string_view> next();
  /// Of the line that `next` gave last; the first is 1.
  std::uint64_t number() const { return number_; }
  /// Whether that line came to an end; the last one of a file may not.
  bool complete() const { return complete_; }
  const OctetSource& source() const { return *source_; }

 private:
  bool fill();

  std::unique_ptr<OctetSource> source_;
  std::vector<char> buffer_ = std::vector<char>(2 * kLongest);
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t number_ = 0;
  bool complete_ = true;
};

}  // namespace harbinger::replay
