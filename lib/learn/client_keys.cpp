#include <harbinger/client_keys.h>

#include <algorithm>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/siphash.h"

namespace harbinger {

namespace {

constexpr std::int64_t kDayMs = 24 * 60 * 60 * 1000;

std::int64_t utc_day(UnixMillis at) {
  const auto day = at / kDayMs;
  return at % kDayMs < 0 ? day - 1 : day;
}

std::array<std::uint8_t, 8> octets_of(std::uint64_t word) {
  std::array<std::uint8_t, 8> octets;
  for (auto& octet : octets) {
    octet = static_cast<std::uint8_t>(word);
    word >>= 8;
  }
  return octets;
}

}  // namespace

// HKDF-Expand (RFC 5869) with one block: the secret is uniform already, so nothing needs to be extracted.
ClientKeys::ClientKeys(std::span<const std::uint8_t, 32> secret) {
  constexpr std::string_view kInfo = "harbinger client keys\x01";
  std::array<std::uint8_t, 32> block{};
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const std::uint8_t*>(kInfo.data()), kInfo.size(), block.data(), nullptr);
  roots_ = {sip_key(std::span(block).first<16>()), sip_key(std::span(block).last<16>())};
  OPENSSL_cleanse(block.data(), block.size());
  identity_ = siphash24(roots_[0], std::array<std::uint8_t, 9>{});  // no day has nine octets
}

ClientKeys::~ClientKeys() { OPENSSL_cleanse(&roots_, sizeof roots_); }

ClientKey ClientKeys::key_of(const IpAddress& client, std::string_view device, UnixMillis now) const noexcept {
  return hash(client.mapped(), 128, device, now);
}

ClientKey ClientKeys::key_of(const IpPrefix& clients, std::string_view device, UnixMillis now) const noexcept {
  const int bits = clients.address.is_v4() ? clients.bits + 96 : clients.bits;
  return hash(clients.address.mapped(), bits, device, now);
}

ClientKey ClientKeys::key_for(const IpAddress& client, const std::optional<ClientSubnet>& subnet,
                              UnixMillis now) const noexcept {
  if (!subnet) return key_of(client, std::string_view(), now);
  // RFC 7871 sec. 7.1.2: a prefix of no bits asks that nobody is told apart.
  if (subnet->source_bits == 0) return 0;
  const auto& octets = client.mapped();
  const std::string_view via(reinterpret_cast<const char*>(octets.data()), octets.size());
  return key_of(IpPrefix{subnet->address, subnet->source_bits}, via, now);
}

ClientKey ClientKeys::hash(const std::array<std::uint8_t, 16>& address, int bits, std::string_view device,
                           UnixMillis now) const noexcept {
  const SipKey key = day_key(utc_day(now));
  std::array<std::uint8_t, 25> message;
  std::ranges::copy(address, message.begin());
  message[16] = static_cast<std::uint8_t>(bits);
  std::size_t size = 17;
  if (!device.empty()) {
    // A device of any length becomes eight octets; the longer message sets it apart from clients without one.
    const auto id = siphash24(key, {reinterpret_cast<const std::uint8_t*>(device.data()), device.size()});
    std::ranges::copy(octets_of(id), message.begin() + 17);
    size = message.size();
  }
  const auto client = siphash24(key, std::span(message).first(size));
  return client != 0 ? client : 1;
}

// SipHash is a pseudo-random function, so the days' keys tell nothing of each other or of the roots.
ClientKeys::DayKey ClientKeys::derive(std::int64_t day) const noexcept {
  const auto octets = octets_of(static_cast<std::uint64_t>(day));
  return {siphash24(roots_[0], octets), siphash24(roots_[1], octets)};
}

// A seqlock: whoever finds a slot in the making, or taken by another day, works the key out himself, so nobody ever waits.
ClientKeys::DayKey ClientKeys::day_key(std::int64_t day) const noexcept {
  Slot& slot = slots_[static_cast<std::uint64_t>(day) % slots_.size()];
  auto version = slot.version.load(std::memory_order_acquire);
  if (slot.day.load(std::memory_order_relaxed) == day && version % 2 == 0) {
    const DayKey kept{slot.key[0].load(std::memory_order_relaxed), slot.key[1].load(std::memory_order_relaxed)};
    std::atomic_thread_fence(std::memory_order_acquire);
    if (slot.version.load(std::memory_order_relaxed) == version) return kept;
  }
  const DayKey fresh = derive(day);
  if (version % 2 == 0 && slot.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire)) {
    std::atomic_thread_fence(std::memory_order_release);
    slot.day.store(day, std::memory_order_relaxed);
    for (std::size_t i = 0; i < fresh.size(); ++i) slot.key[i].store(fresh[i], std::memory_order_relaxed);
    slot.version.store(version + 2, std::memory_order_release);
  }
  return fresh;
}

}  // namespace harbinger
