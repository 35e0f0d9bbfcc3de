#include <harbinger/records.h>

#include <algorithm>

namespace harbinger {
namespace {

std::uint32_t ttl_of(std::chrono::seconds ttl) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ttl.count(), 0, 0x7fffffff));
}

Record record(const Name& owner, RRType type, std::chrono::seconds ttl, Rdata rdata) {
  return {owner, type, RRClass::IN, ttl_of(ttl), std::move(rdata)};
}

Rdata octets_of(const Name& name) { return {name.wire().begin(), name.wire().end()}; }

}  // namespace

Record a(const Name& owner, std::chrono::seconds ttl, const IpAddress& v4) {
  return record(owner, RRType::A, ttl, {v4.mapped().begin() + 12, v4.mapped().end()});
}

Record aaaa(const Name& owner, std::chrono::seconds ttl, const IpAddress& v6) {
  return record(owner, RRType::AAAA, ttl, {v6.mapped().begin(), v6.mapped().end()});
}

Record address_record(const Name& owner, std::chrono::seconds ttl, const IpAddress& address) {
  return address.is_v4() ? a(owner, ttl, address) : aaaa(owner, ttl, address);
}

Record cname(const Name& owner, std::chrono::seconds ttl, const Name& target) {
  return record(owner, RRType::CNAME, ttl, octets_of(target));
}

Record ptr(const Name& owner, std::chrono::seconds ttl, const Name& target) {
  return record(owner, RRType::PTR, ttl, octets_of(target));
}

Record txt(const Name& owner, std::chrono::seconds ttl, std::string_view text) {
  return record(owner, RRType::TXT, ttl, txt_rdata(text));
}

Record svcb(const Name& owner, RRType type, std::chrono::seconds ttl, std::uint16_t priority, const Name& target,
            const ServiceParams& params) {
  constexpr std::uint16_t kPort = 3, kV4 = 4, kV6 = 6;  // in this order, as RFC 9460 sec. 2.2 demands
  Rdata rdata;
  const auto put = [&](std::size_t number) {
    rdata.push_back(static_cast<std::uint8_t>(number >> 8));
    rdata.push_back(static_cast<std::uint8_t>(number));
  };
  put(priority);
  rdata.insert(rdata.end(), target.wire().begin(), target.wire().end());
  if (params.port != 0) {
    put(kPort);
    put(2);
    put(params.port);
  }
  for (const bool v4 : {true, false}) {
    const auto of_family = [&](const IpAddress& each) { return each.is_v4() == v4; };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(params.addresses, of_family));
    if (count == 0) continue;
    put(v4 ? kV4 : kV6);
    put(count * (v4 ? 4 : 16));
    for (const auto& each : params.addresses)
      if (of_family(each)) rdata.insert(rdata.end(), each.octets().begin(), each.octets().end());
  }
  return record(owner, type, ttl, std::move(rdata));
}

Record soa(const Name& owner, std::chrono::seconds ttl, const Soa& fields) {
  return record(owner, RRType::SOA, ttl, fields.to_rdata());
}

}  // namespace harbinger
