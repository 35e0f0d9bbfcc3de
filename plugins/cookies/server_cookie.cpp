#include "plugins/cookies/server_cookie.h"

#include <algorithm>

#include "plugins/cookies/siphash.h"
#include "wire/octets.h"

namespace harbinger::cookies {
namespace {

constexpr std::size_t kClient = 8, kServer = 16, kHash = 8;
constexpr std::uint8_t kVersion = 1;
constexpr std::int32_t kLongestLife = 60 * 60, kFuture = 5 * 60;

// RFC 9018 sec. 4.4: client cookie, version, reserved, timestamp, address.
std::uint64_t hash_of(std::span<const std::uint8_t, kClient> client_cookie, std::span<const std::uint8_t, 8> head,
                      const IpAddress& client, const Secret& secret) {
  std::array<std::uint8_t, kClient + 8 + 16> input;
  auto* end = std::ranges::copy(client_cookie, input.data()).out;
  end = std::ranges::copy(head, end).out;
  end = std::ranges::copy(client.octets(), end).out;
  return siphash(secret, {input.data(), end});
}

void store_lowest_first(std::uint8_t* to, std::uint64_t word) {
  for (int i = 0; i < 8; ++i, word >>= 8) to[i] = static_cast<std::uint8_t>(word);
}

// Takes the same time whatever differs.
bool equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= 0u + (a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

CookieOctets make_cookie(std::span<const std::uint8_t, 8> client_cookie, const IpAddress& client, const Secret& secret,
                         Timestamp now) noexcept {
  CookieOctets cookie{};
  std::ranges::copy(client_cookie, cookie.begin());
  cookie[kClient] = kVersion;
  wire::store_u32(&cookie[kClient + 4], now);
  const auto head = std::span(cookie).subspan<kClient, 8>();
  store_lowest_first(&cookie[kClient + kHash], hash_of(client_cookie, head, client, secret));
  return cookie;
}

std::optional<std::int32_t> age_of(const Cookie& cookie, const IpAddress& client, std::span<const Secret> secrets,
                                   Timestamp now) noexcept {
  if (cookie.server.size() != kServer || cookie.server[0] != kVersion) return std::nullopt;
  // Serial number arithmetic: also right when the timestamp wraps.
  const auto age = static_cast<std::int32_t>(now - wire::load_u32(&cookie.server[4]));
  if (age > kLongestLife || age < -kFuture) return std::nullopt;
  for (const auto& secret : secrets) {
    std::array<std::uint8_t, kHash> hash;
    store_lowest_first(hash.data(), hash_of(cookie.client.first<kClient>(), cookie.server.first<8>(), client, secret));
    if (equal(hash, cookie.server.last<kHash>())) return age;
  }
  return std::nullopt;
}

}  // namespace harbinger::cookies
