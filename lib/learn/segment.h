// One file of the access history: a header, then frames that are sealed one by one and in their order.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "learn/sealer.h"

// A segment's key is derived from the secret and the whole header, which holds 32 random octets: no two segments share a key, copies and
// restarts included, and a frame of one is nothing in another. Each frame has a random nonce of its own; its header and its place in the
// file are authenticated with it, so frames can be neither changed, nor exchanged, nor left out between others. Frames missing at a
// file's end are seen by the next segment's header, which says how many there were.
namespace harbinger::learn {

/// What a segment's header says.
struct SegmentHeader {
  static constexpr std::size_t kSize = 96;
  std::uint64_t number = 0;           ///< grows from segment to segment
  std::uint64_t previous = 0;         ///< the number of the segment before, 0 for none
  std::uint64_t previous_frames = 0;  ///< how many frames that one had
  UnixMillis begun = 0;
  std::array<std::uint8_t, 32> salt{};
};

enum class FrameKind : std::uint8_t { accesses = 1, end = 2 };

struct FrameHeader {
  static constexpr std::size_t kSize = 36;
  static constexpr std::size_t kMaxData = 1 << 20;
  std::uint32_t size = 0;  ///< of what is sealed, before sealing
  FrameKind kind = FrameKind::accesses;
  std::uint32_t accesses = 0;
  UnixMillis newest = 0;  ///< of the accesses in it
  std::array<std::uint8_t, 12> nonce{};
};

/// What sealing adds to a frame's data.
inline constexpr std::size_t kFrameOverhead = FrameHeader::kSize + Sealer::kTag;

std::array<std::uint8_t, SegmentHeader::kSize> write_segment_header(const SegmentHeader& header, const Secret& secret);
/// `malformed`: damaged. `unsupported`: made by a later version. `denied`: intact, and made with another secret.
Result<SegmentHeader> read_segment_header(std::span<const std::uint8_t> octets, const Secret& secret);

/// Seals and opens the frames of one segment, in their order.
class FrameCipher {
 public:
  FrameCipher(const SegmentHeader& header, const Secret& secret);

  /// Appends the next frame to `out`.
  void seal(FrameKind kind, std::uint32_t accesses, UnixMillis newest, std::span<const std::uint8_t> data,
            std::vector<std::uint8_t>& out);
  /// Opens the next frame in place: `sealed` holds its data and its 16 octets of tag. False, when it is not what was sealed.
  bool open(const FrameHeader& header, std::span<const std::uint8_t, FrameHeader::kSize> header_octets,
            std::span<std::uint8_t> sealed);

 private:
  Sealer sealer_;
  std::uint64_t next_ = 0;  // place of the next frame
};

/// Reads octets at an offset: how many, 0 at the end, -1 for trouble of the disk's with errno set.
using ReadAt = std::function<std::ptrdiff_t(std::uint64_t offset, std::span<std::uint8_t> to)>;
ReadAt reader_of(int descriptor);
ReadAt reader_of(std::span<const std::uint8_t> memory);

/// What walking a segment found.
struct SegmentWalk {
  SegmentHeader header;
  std::uint64_t frames = 0, accesses = 0;
  std::uint64_t good_bytes = 0;   ///< header and intact frames
  UnixMillis newest = INT64_MIN;  ///< of all its accesses
  bool ended = false;             ///< its last frame says so
  std::string damage;             ///< why it did not go on after `good_bytes`; empty at a frame's end
  std::optional<Error> disk;      ///< the disk could not be read: no damage, but the walk did not get to the end
};

/// Walks the intact frames and hands their data on where `use` is given; it may stop the walk with an error, which is then the result.
/// A damaged header is damage at 0.
Result<SegmentWalk> walk_segment(
    const ReadAt& read, const Secret& secret,
    const std::function<Result<void>(const FrameHeader&, std::span<const std::uint8_t>)>& use = {});

}  // namespace harbinger::learn
