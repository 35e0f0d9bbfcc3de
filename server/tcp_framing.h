// DNS messages in a stream of octets: each has its length in front (RFC 1035 sec. 4.2.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace harbinger::server {

/// Takes a stream apart. Messages that lie whole in what was fed are handed out without being copied; of the others it keeps
/// the begun part, so a silent connection holds no memory.
class TcpFraming {
 public:
  enum class Step : std::uint8_t {
    message,    ///< here is one
    need_more,  ///< feed on
    broken,     ///< too short to be a DNS message: nothing after this can be trusted
  };

  /// `octets` must stay until next() said need_more or hold() was called. Only after one of these again.
  void feed(std::span<const std::uint8_t> octets) { fresh_ = octets; }

  /// The message is valid until the next call of any function of this object.
  Step next(std::span<const std::uint8_t>& message);

  /// Keeps everything not handed out yet, so that what was fed may go. For pauses.
  void hold();

  /// A message has begun, be it with one octet, and is not complete.
  bool in_message() const { return held_.size() > start_ || !fresh_.empty(); }

 private:
  Step from_fresh(std::span<const std::uint8_t>& message);
  Step from_held(std::span<const std::uint8_t>& message);

  std::span<const std::uint8_t> fresh_;
  std::vector<std::uint8_t> held_;
  std::size_t start_ = 0;  // of what is left in held_
};

}  // namespace harbinger::server
