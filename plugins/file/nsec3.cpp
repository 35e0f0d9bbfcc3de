#include "plugins/file/nsec3.h"

#include <openssl/sha.h>

namespace harbinger::file {

namespace {

constexpr std::size_t kHashLabel = 32;  // 160 bits, five in each character

std::optional<unsigned> base32hex_digit(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  if (c >= 'a' && c <= 'v') return c - 'a' + 10;
  return std::nullopt;
}

}  // namespace

Nsec3Settings nsec3_settings_of(std::span<const std::uint8_t> rdata) {
  constexpr std::size_t kSalt = 5;  // behind algorithm, flags, iterations and salt length
  Nsec3Settings settings;
  if (rdata.size() < kSalt || rdata.size() < kSalt + rdata[4]) return settings;
  settings.iterations = static_cast<std::uint16_t>(rdata[2] << 8 | rdata[3]);
  settings.salt.assign(rdata.begin() + kSalt, rdata.begin() + kSalt + rdata[4]);
  return settings;
}

std::optional<Nsec3Hash> nsec3_hash_in(std::span<const std::uint8_t> labels) {
  if (labels.size() < kHashLabel + 1 || labels[0] != kHashLabel) return std::nullopt;
  Nsec3Hash hash{};
  for (std::size_t i = 0; i < kHashLabel; ++i) {
    std::optional<unsigned> digit = base32hex_digit(labels[i + 1]);
    if (!digit) return std::nullopt;
    for (std::size_t bit = 0; bit < 5; ++bit)
      if (*digit >> (4 - bit) & 1) hash[(i * 5 + bit) / 8] |= static_cast<std::uint8_t>(0x80 >> (i * 5 + bit) % 8);
  }
  return hash;
}

Nsec3Hash nsec3_hash(const Name& name, const Nsec3Settings& settings) {
  std::array<std::uint8_t, Name::kMaxWire + 255> input;
  const Name lower = name.lowercase();
  std::size_t size = lower.size();
  std::copy(lower.wire().begin(), lower.wire().end(), input.begin());
  Nsec3Hash hash{};
  for (unsigned round = 0; round <= settings.iterations; ++round) {
    std::copy(settings.salt.begin(), settings.salt.end(), input.begin() + static_cast<std::ptrdiff_t>(size));
    SHA1(input.data(), size + settings.salt.size(), hash.data());
    std::copy(hash.begin(), hash.end(), input.begin());
    size = hash.size();
  }
  return hash;
}

}  // namespace harbinger::file
