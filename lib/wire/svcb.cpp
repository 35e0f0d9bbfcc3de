#include "wire/svcb.h"

#include "wire/octets.h"
#include "wire/svc_key.h"

namespace harbinger::wire {
namespace {

bool is_multiple(Octets value, std::size_t of) { return !value.empty() && value.size() % of == 0; }

// Non-empty strings with a length octet each (RFC 9460 sec. 7.1.1).
bool is_alpn(Octets value) {
  if (value.empty()) return false;
  while (!value.empty()) {
    const std::size_t size = value[0];
    if (size == 0 || size >= value.size()) return false;
    value = value.subspan(1 + size);
  }
  return true;
}

// RFC 9460 sec. 8: rising keys, each once, not itself.
bool is_key_list(Octets value) {
  if (!is_multiple(value, 2)) return false;
  std::uint16_t last = kMandatory;
  for (std::size_t i = 0; i < value.size(); i += 2) {
    const std::uint16_t key = load_u16(&value[i]);
    if (key <= last) return false;
    last = key;
  }
  return true;
}

bool fits_key(const SvcParam& param) {
  switch (param.key) {
    case kMandatory:
      return is_key_list(param.value);
    case kAlpn:
      return is_alpn(param.value);
    case kNoDefaultAlpn:
      return param.value.empty();
    case kPort:
      return param.value.size() == 2;
    case kIpv4Hint:
      return is_multiple(param.value, 4);
    case kIpv6Hint:
      return is_multiple(param.value, 16);
    case kEch:
    case kDohPath:
      return !param.value.empty();
    default:
      return true;
  }
}

Result<void> check_mandatory(Octets params) {
  if (params.empty() || load_u16(params.data()) != kMandatory) return {};
  Octets rest = params;
  const Octets keys = take_svc_param(rest).value;
  // Both lists rise, so one walk over each is enough.
  for (std::size_t i = 0; i < keys.size(); i += 2) {
    const std::uint16_t wanted = load_u16(&keys[i]);
    while (!rest.empty() && load_u16(rest.data()) < wanted) take_svc_param(rest);
    if (rest.empty() || load_u16(rest.data()) != wanted) {
      return fail(ErrorCode::malformed, "mandatory service parameter " + std::to_string(wanted) + " is missing");
    }
  }
  return {};
}

}  // namespace

Result<void> check_svc_params(std::span<const std::uint8_t> params) {
  int last_key = -1;
  bool has_alpn = false;
  for (Octets rest = params; !rest.empty();) {
    if (rest.size() < 4 || rest.size() - 4 < load_u16(&rest[2])) {
      return fail(ErrorCode::truncated, "service parameters cut short");
    }
    const SvcParam param = take_svc_param(rest);
    if (param.key <= last_key) return fail(ErrorCode::malformed, "service parameters not in rising order");
    if (!fits_key(param)) {
      return fail(ErrorCode::malformed, "bad value of service parameter " + std::to_string(param.key));
    }
    if (param.key == kNoDefaultAlpn && !has_alpn) return fail(ErrorCode::malformed, "no-default-alpn without alpn");
    has_alpn |= param.key == kAlpn;
    last_key = param.key;
  }
  return check_mandatory(params);
}

}  // namespace harbinger::wire
