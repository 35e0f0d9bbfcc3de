// A stream cut into pieces must give the same messages as the stream in one piece, pauses included.
#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "server/tcp_framing.h"

namespace {

using harbinger::server::TcpFraming;
using Octets = std::vector<std::uint8_t>;

struct Seen {
  std::vector<Octets> messages;
  bool broken = false, unfinished = false;
  bool operator==(const Seen&) const = default;
};

Seen by_hand(std::span<const std::uint8_t> stream) {
  Seen seen;
  while (stream.size() >= 2) {
    const auto length = static_cast<std::size_t>(stream[0] << 8 | stream[1]);
    if (length < 12) {
      seen.broken = true;
      return seen;
    }
    if (stream.size() < 2 + length) break;
    seen.messages.emplace_back(stream.begin() + 2, stream.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    stream = stream.subspan(2 + length);
  }
  seen.unfinished = !stream.empty();
  return seen;
}

// The first octet of the input says how the rest is cut: piece sizes, and after how many messages there is a pause.
Seen in_pieces(std::span<const std::uint8_t> stream, std::uint8_t how) {
  Seen seen;
  TcpFraming framing;
  const std::size_t piece = 1 + how % 61;
  const std::size_t pause = 1 + how / 61;
  while (!stream.empty() && !seen.broken) {
    const auto size = std::min(piece, stream.size());
    const Octets part(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
    framing.feed(part);
    for (std::span<const std::uint8_t> message;;) {
      const auto step = framing.next(message);
      seen.broken = step == TcpFraming::Step::broken;
      if (step != TcpFraming::Step::message) break;
      seen.messages.emplace_back(message.begin(), message.end());
      if (seen.messages.size() % pause == 0) framing.hold();
    }
  }
  seen.unfinished = !seen.broken && framing.in_message();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto stream = std::span(data, size).subspan(1);
  if (by_hand(stream) != in_pieces(stream, data[0])) std::abort();
  return 0;
}
