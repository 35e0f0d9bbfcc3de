// Keyed hashes of octets that come in pieces (RFC 2104).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <harbinger/tsig.h>

struct evp_mac_ctx_st;

namespace harbinger::wire {

class Hmac {
 public:
  explicit Hmac(const TsigKey& key);

  Hmac& add(std::span<const std::uint8_t> octets);
  Hmac& add_u16(std::uint16_t value);
  Hmac& add_u32(std::uint32_t value);
  /// The whole MAC. Ends it.
  std::vector<std::uint8_t> finish();

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };
  std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

/// Takes as long for unequal octets as for equal ones. Of different sizes: false at once.
bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

}  // namespace harbinger::wire
