// Keys of service parameters (RFC 9460 sec. 14.3.2, RFC 9461 for dohpath).
#pragma once

#include <cstdint>
#include <span>

#include "wire/octets.h"

namespace harbinger::wire {

using Octets = std::span<const std::uint8_t>;

enum SvcKey : std::uint16_t {
  kMandatory = 0,
  kAlpn = 1,
  kNoDefaultAlpn = 2,
  kPort = 3,
  kIpv4Hint = 4,
  kEch = 5,
  kIpv6Hint = 6,
  kDohPath = 7,
};

struct SvcParam {
  std::uint16_t key;
  Octets value;
};

/// Takes the first parameter off. Lengths must have been checked.
inline SvcParam take_svc_param(Octets& params) {
  const std::size_t size = load_u16(params.data() + 2);
  const SvcParam param{load_u16(params.data()), params.subspan(4, size)};
  params = params.subspan(4 + size);
  return param;
}

}  // namespace harbinger::wire
