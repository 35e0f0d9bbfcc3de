// Keys and messages for tests of signed exchanges.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include <harbinger/tsig.h>

#include "tests/lib/wire/wire_support.h"

namespace harbinger::testing {

inline constexpr std::string_view kSecretText = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
inline constexpr TsigTime kNoon = 1'795'723'831;

inline TsigKey tsig_key(std::string_view algorithm = "hmac-sha256", std::string_view named = "upd.example",
                        std::string_view secret = kSecretText) {
  return TsigKey::parse(std::string(algorithm) + ":" + std::string(named) + ":" + std::string(secret)).value();
}

inline std::shared_ptr<const TsigKey> shared_key(TsigKey key = tsig_key()) {
  return std::make_shared<const TsigKey>(std::move(key));
}

inline TsigKeys keys_of(TsigKey key = tsig_key()) {
  TsigKeys keys;
  const auto added = keys.add(std::move(key));
  REQUIRE(added);
  return keys;
}

/// A message with room for a signature.
inline Bytes plain_query(std::uint16_t id = 7) { return make_query(id, {name("example.org"), RRType::SOA}); }

/// `message` signed by one of the two ends.
template <class End>
Bytes signed_by(End& end, Bytes message, TsigTime now = kNoon) {
  const std::size_t size = message.size();
  message.resize(size + end.room());
  message.resize(end.sign(message, size, now).value());
  return message;
}

/// Some octets of it, from the end.
inline std::span<std::uint8_t> tail(Bytes& message, std::size_t from_end) { return std::span(message).last(from_end); }

}  // namespace harbinger::testing
