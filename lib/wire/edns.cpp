#include <harbinger/edns.h>

#include "wire/octets.h"

namespace harbinger {
namespace {

constexpr std::uint16_t kFamilyNone = 0, kFamilyV4 = 1, kFamilyV6 = 2;  // RFC 7871 sec. 6

std::unexpected<Error> bad_subnet(const char* what) {
  return fail(ErrorCode::malformed, std::string("client subnet option: ") + what);
}

}  // namespace

std::optional<EdnsOption> OptionReader::next() {
  if (rest_.empty() || !well_formed_) return std::nullopt;
  if (rest_.size() < 4 || rest_.size() - 4 < wire::load_u16(&rest_[2])) {
    well_formed_ = false;
    return std::nullopt;
  }
  const std::size_t size = wire::load_u16(&rest_[2]);
  const EdnsOption option{static_cast<OptionCode>(wire::load_u16(rest_.data())), rest_.subspan(4, size)};
  rest_ = rest_.subspan(4 + size);
  return option;
}

Result<ClientSubnet> ClientSubnet::parse(std::span<const std::uint8_t> data) {
  if (data.size() < 4) return bad_subnet("shorter than 4 octets");
  const std::uint16_t family = wire::load_u16(data.data());
  // "No address at all", as `dig +subnet=0` says it.
  if (family == kFamilyNone && data.size() == 4 && data[2] == 0 && data[3] == 0) return ClientSubnet{};
  if (family != kFamilyV4 && family != kFamilyV6) return bad_subnet("an address family other than IPv4 and IPv6");
  const int longest = family == kFamilyV4 ? 32 : 128;
  ClientSubnet subnet;
  subnet.source_bits = data[2];
  subnet.scope_bits = data[3];
  if (subnet.source_bits > longest || subnet.scope_bits > longest) return bad_subnet("more bits than an address has");

  // RFC 7871 sec. 6: as many octets as the prefix needs, and zeros behind its last bit.
  const auto address = data.subspan(4);
  if (address.size() != (subnet.source_bits + 7u) / 8)
    return bad_subnet("an address of another length than its prefix");
  std::array<std::uint8_t, 16> octets{};
  std::copy(address.begin(), address.end(), octets.begin());
  subnet.address = family == kFamilyV4 ? IpAddress::v4(std::span(octets).first<4>()) : IpAddress::v6(octets);
  // IPv4 dressed as IPv6 would come back as the other family.
  if (family == kFamilyV6 && subnet.address.is_v4()) return bad_subnet("an IPv4 address written as IPv6");
  if (subnet.address.truncated(subnet.source_bits) != subnet.address) return bad_subnet("bits set beyond the prefix");
  return subnet;
}

void ClientSubnet::write(std::vector<std::uint8_t>& out) const {
  const IpAddress cut = address.truncated(source_bits);
  const auto octets = cut.octets().first((source_bits + 7u) / 8);
  out.insert(out.end(), {0, static_cast<std::uint8_t>(cut.is_v4() ? kFamilyV4 : kFamilyV6), source_bits, scope_bits});
  out.insert(out.end(), octets.begin(), octets.end());
}

Result<Cookie> Cookie::parse(std::span<const std::uint8_t> data) {
  // RFC 7873 sec. 5.2.2: any other length is a format error.
  if (data.size() != 8 && (data.size() < 16 || data.size() > 40)) {
    return fail(ErrorCode::malformed, "cookie option: neither 8 nor 16 to 40 octets");
  }
  return Cookie{data.first(8), data.subspan(8)};
}

Result<ExtendedError> ExtendedError::parse(std::span<const std::uint8_t> data) {
  if (data.size() < 2) return fail(ErrorCode::truncated, "extended error option: shorter than 2 octets");
  auto text = data.subspan(2);
  // RFC 8914 sec. 2: a text may come with a zero octet at its end.
  if (!text.empty() && text.back() == 0) text = text.first(text.size() - 1);
  return ExtendedError{static_cast<EdeCode>(wire::load_u16(data.data())),
                       {reinterpret_cast<const char*>(text.data()), text.size()}};
}

}  // namespace harbinger
