#include "persona/checkpoint_format.h"

#include <algorithm>
#include <string>

#include "learn/octets.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger::persona {

namespace {

using learn::get_fixed;
using learn::get_word;
using learn::put_fixed;
using learn::put_word;

// Header: 0 magic, 8 version, 16 salt, 48 id of the secret, 56 checksum.
constexpr std::string_view kMagic = "harbpers";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kSaltAt = 16, kSecretIdAt = 48, kChecksumAt = 56;

// Tells secrets apart without telling anything of them.
std::uint64_t secret_id(const Secret& secret) {
  return get_word(learn::derive_key(secret, "harbinger persona checkpoint: id of the secret").data());
}

}  // namespace

std::array<std::uint8_t, CheckpointHeader::kSize> write_checkpoint_header(const CheckpointHeader& header,
                                                                          const Secret& secret) {
  std::array<std::uint8_t, CheckpointHeader::kSize> octets{};
  auto* to = std::ranges::copy(kMagic, octets.data()).out;
  to = put_word(to, kVersion);
  std::ranges::copy(header.salt, to);
  put_word(octets.data() + kSecretIdAt, secret_id(secret));
  put_word(octets.data() + kChecksumAt, XXH3_64bits(octets.data(), kChecksumAt));
  return octets;
}

Result<CheckpointHeader> read_checkpoint_header(std::span<const std::uint8_t> octets, const Secret& secret) {
  if (octets.size() < CheckpointHeader::kSize) return fail(ErrorCode::truncated, "its header is cut short");
  const bool ours = std::ranges::equal(kMagic, octets.first(kMagic.size()));
  if (!ours || get_word(octets.data() + kChecksumAt) != XXH3_64bits(octets.data(), kChecksumAt))
    return fail(ErrorCode::malformed, "its header is damaged");
  if (const auto version = get_word(octets.data() + 8); version != kVersion)
    return fail(ErrorCode::unsupported,
                "it has format " + std::to_string(version) + ", which this version cannot read");
  if (get_word(octets.data() + kSecretIdAt) != secret_id(secret))
    return fail(ErrorCode::denied, "it was sealed with another secret");
  CheckpointHeader header;
  std::ranges::copy(octets.subspan(kSaltAt, header.salt.size()), header.salt.begin());
  return header;
}

learn::Sealer checkpoint_sealer(const CheckpointHeader& header, const Secret& secret) {
  return learn::Sealer(
      learn::derive_key(secret, "harbinger persona checkpoint", write_checkpoint_header(header, secret)));
}

FrameOctets write_frame(const CheckpointFrame& frame) {
  FrameOctets octets{};
  auto* to = put_fixed(octets.data(), frame.size);
  to = put_fixed(to, frame.section);
  std::ranges::copy(frame.nonce, to);
  return octets;
}

CheckpointFrame read_frame(std::span<const std::uint8_t, CheckpointFrame::kSize> octets) {
  CheckpointFrame frame;
  frame.size = get_fixed<std::uint32_t>(octets.data());
  frame.section = get_fixed<std::uint32_t>(octets.data() + 4);
  std::ranges::copy(octets.last<12>(), frame.nonce.begin());
  return frame;
}

std::array<std::uint8_t, CheckpointFrame::kSize + 8> beside_frame(
    std::span<const std::uint8_t, CheckpointFrame::kSize> octets, std::uint64_t place) {
  std::array<std::uint8_t, CheckpointFrame::kSize + 8> beside;
  std::ranges::copy(octets, beside.begin());
  put_word(beside.data() + octets.size(), place);
  return beside;
}

}  // namespace harbinger::persona
