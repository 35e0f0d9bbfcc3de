#include "orchestrate/actor_keys.h"

#include <openssl/crypto.h>

#include "learn/sealer.h"

namespace harbinger::orchestrate {

namespace {

std::span<const std::uint8_t> octets_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

ActorKeys::ActorKeys(const Secret& secret, std::chrono::seconds rotation) : rotation_ms_(rotation.count() * 1000) {
  auto key = learn::derive_key(secret, "harbinger orchestration: users");
  const std::span octets(key);
  actors_ = sip_key(octets.first<16>());
  scopes_ = sip_key(octets.last<16>());
  OPENSSL_cleanse(key.data(), key.size());
}

ActorKeys::~ActorKeys() {
  OPENSSL_cleanse(&actors_, sizeof actors_);
  OPENSSL_cleanse(&scopes_, sizeof scopes_);
}

// SipHash is a pseudo-random function, so the keys of periods tell nothing of each other or of the root.
SipKey ActorKeys::of_period(const SipKey& root, UnixMillis now) const noexcept {
  if (rotation_ms_ <= 0) return root;
  const auto period = now / rotation_ms_ - (now % rotation_ms_ < 0 ? 1 : 0);
  std::array<std::uint8_t, 9> octets{};
  for (std::size_t i = 0; i < 8; ++i)
    octets[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(period) >> (8 * i));
  SipKey key{};
  for (auto& word : key) {
    word = siphash24(root, octets);
    ++octets.back();
  }
  return key;
}

ActorKey ActorKeys::key_of(std::string_view name, UnixMillis now) const noexcept {
  if (name.empty()) return 0;
  const auto key = siphash24(of_period(actors_, now), octets_of(name));
  return key != 0 ? key : 1;
}

std::uint64_t ActorKeys::scope_key_of(std::string_view name, UnixMillis now) const noexcept {
  return siphash24(of_period(scopes_, now), octets_of(name));
}

}  // namespace harbinger::orchestrate
