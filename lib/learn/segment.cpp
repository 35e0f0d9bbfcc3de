#include "learn/segment.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <unistd.h>

#include "learn/octets.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger::learn {

namespace {

// Header: 0 magic, 8 version, 16 number, 24 previous, 32 its frames, 40 begun, 48 salt, 80 id of the secret, 88 checksum.
constexpr std::string_view kMagic = "harbhist";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kSecretIdAt = 80, kChecksumAt = 88;
constexpr std::size_t kTag = Sealer::kTag;

// Tells secrets apart without telling anything of them.
std::uint64_t secret_id(const Secret& secret) {
  return get_word(derive_key(secret, "harbinger access history: id of the secret").data());
}

// What is authenticated beside the data: the frame's header and its place.
std::array<std::uint8_t, FrameHeader::kSize + 8> authenticated(std::span<const std::uint8_t, FrameHeader::kSize> header,
                                                               std::uint64_t place) {
  std::array<std::uint8_t, FrameHeader::kSize + 8> octets;
  std::ranges::copy(header, octets.begin());
  put_word(octets.data() + header.size(), place);
  return octets;
}

std::array<std::uint8_t, FrameHeader::kSize> write_frame_header(const FrameHeader& header) {
  std::array<std::uint8_t, FrameHeader::kSize> octets{};
  auto* to = put_fixed(octets.data(), header.size);
  to = put_fixed(to, static_cast<std::uint32_t>(header.kind));
  to = put_fixed(to, header.accesses);
  to = put_fixed(to, std::uint32_t{0});
  to = put_fixed(to, header.newest);
  std::ranges::copy(header.nonce, to);
  return octets;
}

FrameHeader read_frame_header(std::span<const std::uint8_t, FrameHeader::kSize> octets) {
  FrameHeader header;
  header.size = get_fixed<std::uint32_t>(octets.data());
  header.kind = static_cast<FrameKind>(get_fixed<std::uint32_t>(octets.data() + 4));
  header.accesses = get_fixed<std::uint32_t>(octets.data() + 8);
  header.newest = get_fixed<std::int64_t>(octets.data() + 16);
  std::ranges::copy(octets.last<12>(), header.nonce.begin());
  return header;
}

}  // namespace

std::array<std::uint8_t, SegmentHeader::kSize> write_segment_header(const SegmentHeader& header, const Secret& secret) {
  std::array<std::uint8_t, SegmentHeader::kSize> octets{};
  auto* to = std::ranges::copy(kMagic, octets.data()).out;
  for (const auto word :
       {kVersion, header.number, header.previous, header.previous_frames, static_cast<std::uint64_t>(header.begun)})
    to = put_word(to, word);
  std::ranges::copy(header.salt, to);
  put_word(octets.data() + kSecretIdAt, secret_id(secret));
  put_word(octets.data() + kChecksumAt, XXH3_64bits(octets.data(), kChecksumAt));
  return octets;
}

Result<SegmentHeader> read_segment_header(std::span<const std::uint8_t> octets, const Secret& secret) {
  if (octets.size() < SegmentHeader::kSize) return fail(ErrorCode::malformed, "its header is cut short");
  const bool ours = std::ranges::equal(kMagic, octets.first(kMagic.size()));
  if (!ours || get_word(octets.data() + kChecksumAt) != XXH3_64bits(octets.data(), kChecksumAt))
    return fail(ErrorCode::malformed, "its header is damaged");
  if (const auto version = get_word(octets.data() + 8); version != kVersion)
    return fail(ErrorCode::unsupported,
                "it has format " + std::to_string(version) + ", which this version cannot read");
  if (get_word(octets.data() + kSecretIdAt) != secret_id(secret))
    return fail(ErrorCode::denied, "it was sealed with another secret");

  SegmentHeader header;
  header.number = get_word(octets.data() + 16);
  header.previous = get_word(octets.data() + 24);
  header.previous_frames = get_word(octets.data() + 32);
  header.begun = get_fixed<std::int64_t>(octets.data() + 40);
  std::ranges::copy(octets.subspan(48, header.salt.size()), header.salt.begin());
  return header;
}

FrameCipher::FrameCipher(const SegmentHeader& header, const Secret& secret)
    : sealer_(derive_key(secret, "harbinger access history: segment", write_segment_header(header, secret))) {}

void FrameCipher::seal(FrameKind kind, std::uint32_t accesses, UnixMillis newest, std::span<const std::uint8_t> data,
                       std::vector<std::uint8_t>& out) {
  const FrameHeader header{static_cast<std::uint32_t>(data.size()), kind, accesses, newest, random_nonce()};
  const auto header_octets = write_frame_header(header);
  out.insert(out.end(), header_octets.begin(), header_octets.end());
  sealer_.seal(header.nonce, authenticated(header_octets, next_++), data, out);
}

bool FrameCipher::open(const FrameHeader& header, std::span<const std::uint8_t, FrameHeader::kSize> header_octets,
                       std::span<std::uint8_t> sealed) {
  return sealer_.open(header.nonce, authenticated(header_octets, next_++), sealed);
}

ReadAt reader_of(int descriptor) {
  return [descriptor](std::uint64_t offset, std::span<std::uint8_t> to) -> std::ptrdiff_t {
    std::size_t filled = 0;
    while (filled < to.size()) {
      const auto got = pread(descriptor, to.data() + filled, to.size() - filled, static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return -1;
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return static_cast<std::ptrdiff_t>(filled);
  };
}

ReadAt reader_of(std::span<const std::uint8_t> memory) {
  return [memory](std::uint64_t offset, std::span<std::uint8_t> to) -> std::ptrdiff_t {
    if (offset >= memory.size()) return 0;
    const auto count = std::min(to.size(), memory.size() - offset);
    std::copy_n(memory.begin() + static_cast<std::ptrdiff_t>(offset), count, to.begin());
    return static_cast<std::ptrdiff_t>(count);
  };
}

namespace {

using UseFrame = std::function<Result<void>(const FrameHeader&, std::span<const std::uint8_t>)>;

class Walker {
 public:
  Walker(const ReadAt& read, const Secret& secret) : read_(read), secret_(secret) {}

  Result<SegmentWalk> run(const UseFrame& use) {
    std::array<std::uint8_t, SegmentHeader::kSize> octets;
    const auto got = read_(0, octets);
    if (got < 0) {
      disk_trouble();
      return walk_;
    }
    const auto header = read_segment_header(std::span(octets).first(static_cast<std::size_t>(got)), secret_);
    if (!header && header.error().code != ErrorCode::malformed) return fail(header.error());
    if (!header) {
      damaged(header.error().message);
      return walk_;
    }
    walk_.header = *header;
    walk_.good_bytes = octets.size();
    FrameCipher cipher(*header, secret_);
    while (next_frame(cipher)) {
      if (!use) continue;
      if (auto used = use(frame_, std::span(sealed_).first(frame_.size)); !used) return fail(used.error());
    }
    return walk_;
  }

 private:
  bool disk_trouble() {
    walk_.disk = Error{ErrorCode::denied, std::strerror(errno)};
    return false;
  }
  bool damaged(std::string why) {
    walk_.damage = std::move(why);
    return false;
  }

  bool next_frame(FrameCipher& cipher) {
    std::array<std::uint8_t, FrameHeader::kSize> octets;
    const auto got = read_(walk_.good_bytes, octets);
    if (got < 0) return disk_trouble();
    if (got == 0) return false;
    if (walk_.ended) return damaged("octets follow its end");
    if (static_cast<std::size_t>(got) < octets.size()) return damaged("a frame's header is cut short");
    frame_ = read_frame_header(octets);
    const auto size = std::size_t{frame_.size} + kTag;
    if (frame_.size > FrameHeader::kMaxData) return damaged("a frame's header is damaged");

    sealed_.resize(std::max(sealed_.size(), size));
    const auto sealed = std::span(sealed_).first(size);
    const auto had = read_(walk_.good_bytes + octets.size(), sealed);
    if (had < 0) return disk_trouble();
    if (static_cast<std::size_t>(had) < size) return damaged("a frame is cut short, or its header is damaged");
    if (!cipher.open(frame_, octets, sealed)) return damaged("a frame is damaged or not in its place");
    count(size);
    return true;
  }

  void count(std::size_t sealed_size) {
    walk_.good_bytes += FrameHeader::kSize + sealed_size;
    ++walk_.frames;
    walk_.accesses += frame_.accesses;
    walk_.ended = frame_.kind == FrameKind::end;
    if (frame_.accesses > 0) walk_.newest = std::max(walk_.newest, frame_.newest);
  }

  const ReadAt& read_;
  const Secret& secret_;
  SegmentWalk walk_;
  FrameHeader frame_;
  std::vector<std::uint8_t> sealed_;
};

}  // namespace

Result<SegmentWalk> walk_segment(const ReadAt& read, const Secret& secret, const UseFrame& use) {
  return Walker(read, secret).run(use);
}

}  // namespace harbinger::learn
