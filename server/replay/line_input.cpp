#include "server/replay/line_input.h"

#include <cstring>

namespace harbinger::replay {

// False at the end of the source.
bool LineInput::fill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const auto got = source_->read(std::span(buffer_).subspan(end_));
  end_ += got;
  return got > 0;
}

std::optional<std::string_view> LineInput::next() {
  const char* newline = nullptr;
  std::size_t looked_at = 0;
  do {
    newline =
        static_cast<const char*>(std::memchr(buffer_.data() + begin_ + looked_at, '\n', end_ - begin_ - looked_at));
    looked_at = end_ - begin_;
  } while (newline == nullptr && looked_at < kLongest && fill());
  if (newline == nullptr && looked_at == 0) return std::nullopt;

  complete_ = newline != nullptr;
  const auto* from = buffer_.data() + begin_;
  std::string_view line(from, complete_ ? static_cast<std::size_t>(newline - from) : looked_at);
  begin_ += line.size() + (complete_ ? 1 : 0);
  ++number_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace harbinger::replay
