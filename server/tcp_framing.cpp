#include "server/tcp_framing.h"

#include <algorithm>

namespace harbinger::server {

namespace {

constexpr std::size_t kPrefix = 2;
constexpr std::size_t kShortest = 12;    // a header (RFC 1035 sec. 4.1.1)
constexpr std::size_t kKeptRoom = 1024;  // of a buffer that is empty again

std::size_t length_at(const std::uint8_t* octets) { return static_cast<std::size_t>(octets[0] << 8 | octets[1]); }

}  // namespace

TcpFraming::Step TcpFraming::next(std::span<const std::uint8_t>& message) {
  if (start_ < held_.size()) return from_held(message);
  start_ = 0;
  held_.clear();
  if (held_.capacity() > kKeptRoom) std::vector<std::uint8_t>().swap(held_);
  return from_fresh(message);
}

TcpFraming::Step TcpFraming::from_fresh(std::span<const std::uint8_t>& message) {
  if (fresh_.size() >= kPrefix) {
    const auto length = length_at(fresh_.data());
    if (length < kShortest) return Step::broken;
    if (fresh_.size() >= kPrefix + length) {
      message = fresh_.subspan(kPrefix, length);
      fresh_ = fresh_.subspan(kPrefix + length);
      return Step::message;
    }
  }
  hold();
  return Step::need_more;
}

// Completes the held message octet for octet from what is fresh, so that those behind it need no copy.
TcpFraming::Step TcpFraming::from_held(std::span<const std::uint8_t>& message) {
  for (;;) {
    const auto have = held_.size() - start_;
    auto want = kPrefix;
    if (have >= kPrefix) {
      const auto length = length_at(held_.data() + start_);
      if (length < kShortest) return Step::broken;
      want += length;
      if (have >= want) {
        message = std::span(held_).subspan(start_ + kPrefix, length);
        start_ += want;
        return Step::message;
      }
    }
    const auto taken = std::min(want - have, fresh_.size());
    if (taken == 0) return Step::need_more;
    held_.insert(held_.end(), fresh_.begin(), fresh_.begin() + static_cast<std::ptrdiff_t>(taken));
    fresh_ = fresh_.subspan(taken);
  }
}

void TcpFraming::hold() {
  if (start_ > 0) {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
  held_.insert(held_.end(), fresh_.begin(), fresh_.end());
  fresh_ = {};
}

}  // namespace harbinger::server
