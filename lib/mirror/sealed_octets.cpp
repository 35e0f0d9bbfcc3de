#include "mirror/sealed_octets.h"

#include <algorithm>
#include <array>
#include <string>

#include <harbinger/random.h>
#include "learn/octets.h"
#include "learn/sealer.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger::mirror {

namespace {

using learn::get_word;
using learn::put_word;

// Header: 0 magic, 8 version, 16 salt, 40 id of the secret, 48 id of the purpose, 56 checksum.
constexpr std::string_view kMagic = "hbsealed";
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kHeader = 64, kSaltAt = 16, kSecretAt = 40, kPurposeAt = 48, kChecksumAt = 56;
using Header = std::span<const std::uint8_t, kHeader>;

// Tells secrets apart without telling anything of them.
std::uint64_t secret_id(const Secret& secret) {
  return get_word(learn::derive_key(secret, "harbinger sealed file: id of the secret").data());
}

std::uint64_t purpose_id(std::string_view purpose) { return XXH3_64bits(purpose.data(), purpose.size()); }

std::array<std::uint8_t, kHeader> fresh_header(const Secret& secret, std::string_view purpose) {
  std::array<std::uint8_t, kHeader> octets{};
  auto* to = std::ranges::copy(kMagic, octets.data()).out;
  to = put_word(to, kVersion);
  for (; to < octets.data() + kSecretAt; to += 8) put_word(to, system_random().next());
  put_word(octets.data() + kSecretAt, secret_id(secret));
  put_word(octets.data() + kPurposeAt, purpose_id(purpose));
  put_word(octets.data() + kChecksumAt, XXH3_64bits(octets.data(), kChecksumAt));
  return octets;
}

learn::Sealer sealer_of(const Secret& secret, std::string_view purpose, Header header) {
  return learn::Sealer(learn::derive_key(secret, "harbinger sealed file: " + std::string(purpose) + ": ", header));
}

Result<void> check_header(const Secret& secret, std::string_view purpose, Header header) {
  const bool ours = std::ranges::equal(kMagic, header.first(kMagic.size()));
  if (!ours) return fail(ErrorCode::malformed, "it is no sealed file");
  if (get_word(&header[kChecksumAt]) != XXH3_64bits(header.data(), kChecksumAt))
    return fail(ErrorCode::malformed, "its header is damaged");
  if (get_word(&header[kMagic.size()]) != kVersion) return fail(ErrorCode::unsupported, "a later version wrote it");
  if (get_word(&header[kSecretAt]) != secret_id(secret))
    return fail(ErrorCode::denied, "it was sealed with another secret; name the key file it was written with");
  if (get_word(&header[kPurposeAt]) != purpose_id(purpose))
    return fail(ErrorCode::conflict, "it holds something else than " + std::string(purpose));
  return {};
}

// Every writing has a key of its own, which is used once.
constexpr learn::SealingNonce kOnlyNonce{};

}  // namespace

std::vector<std::uint8_t> seal_octets(const Secret& secret, std::string_view purpose,
                                      std::span<const std::uint8_t> data) {
  const auto header = fresh_header(secret, purpose);
  std::vector<std::uint8_t> octets(header.begin(), header.end());
  octets.reserve(kHeader + data.size() + learn::Sealer::kTag);
  sealer_of(secret, purpose, header).seal(kOnlyNonce, header, data, octets);
  return octets;
}

Result<std::vector<std::uint8_t>> open_octets(const Secret& secret, std::string_view purpose,
                                              std::vector<std::uint8_t> octets) {
  if (octets.size() < kHeader + learn::Sealer::kTag) return fail(ErrorCode::truncated, "it is cut short");
  const Header header(octets.data(), kHeader);
  if (const auto good = check_header(secret, purpose, header); !good) return fail(good.error());
  const auto sealed = std::span(octets).subspan(kHeader);
  if (!sealer_of(secret, purpose, header).open(kOnlyNonce, header, sealed))
    return fail(ErrorCode::malformed, "it is damaged, or was cut short");
  return std::vector<std::uint8_t>(octets.begin() + kHeader, octets.end() - learn::Sealer::kTag);
}

}  // namespace harbinger::mirror
