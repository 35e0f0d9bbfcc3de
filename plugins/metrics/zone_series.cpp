#include "plugins/metrics/zone_series.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace harbinger::metrics {

namespace {

constexpr std::array kProtocolNames{"udp", "tcp", "tls", "https"};
// What is asked for in practice; everything else is counted as "other", whatever numbers clients make up.
constexpr std::array kCommonTypes{RRType::A,      RRType::AAAA,  RRType::MX,    RRType::SOA,  RRType::CNAME,
                                  RRType::PTR,    RRType::TXT,   RRType::NS,    RRType::SRV,  RRType::DS,
                                  RRType::DNSKEY, RRType::RRSIG, RRType::NSEC,  RRType::SVCB, RRType::HTTPS,
                                  RRType::CAA,    RRType::TLSA,  RRType::NAPTR, RRType::ANY};
constexpr std::size_t kOtherType = kCommonTypes.size();
constexpr std::size_t kOtherRcode = 11;

constexpr auto kTypeIndex = [] {
  std::array<std::uint8_t, 258> index{};
  index.fill(kOtherType);
  for (std::size_t i = 0; i < kCommonTypes.size(); ++i)
    index[static_cast<std::size_t>(kCommonTypes[i])] = static_cast<std::uint8_t>(i);
  return index;
}();

std::size_t index_of(RRType type) {
  const auto number = static_cast<std::size_t>(type);
  return number < kTypeIndex.size() ? kTypeIndex[number] : kOtherType;
}

std::size_t index_of(Rcode rcode) { return std::min(static_cast<std::size_t>(rcode), kOtherRcode); }

// Bounds are powers of two, so that the bucket is known from the highest bit.
constexpr unsigned kSmallestSize = 5;    // 32 octets
constexpr unsigned kSmallestTime = 15;   // 2^15 ns, 33 us
constexpr std::size_t kSizeBounds = 12;  // .. 65536 octets
constexpr std::size_t kTimeBounds = 18;  // .. 2^32 ns, 4.3 s

std::size_t bucket_of(std::uint64_t value, unsigned smallest, std::size_t bounds) {
  if (value <= std::uint64_t{1} << smallest) return 0;
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(value - 1)) - smallest, bounds);
}

std::vector<double> powers_of_two(unsigned smallest, std::size_t count, double unit) {
  std::vector<double> bounds;
  for (std::size_t i = 0; i < count; ++i)
    bounds.push_back(static_cast<double>(std::uint64_t{1} << (smallest + i)) * unit);
  return bounds;
}

void observe_size(const Metrics::Cells& cells, const Histogram& histogram, std::size_t octets) {
  cells.observe_in(histogram, bucket_of(octets, kSmallestSize, kSizeBounds), octets * 1'000'000'000);
}

std::string family_name(std::size_t family) { return family == 0 ? "1" : "2"; }

}  // namespace

ZoneSeries::ZoneSeries(Metrics& metrics, std::string zone) : metrics_(metrics), zone_(std::move(zone)) {
  static_assert(kProtocolNames.size() == kProtocols && kTypes == kOtherType + 1 && kRcodes == kOtherRcode + 1);
  std::size_t next = 0;
  for (const auto* protocol : kProtocolNames)
    for (std::size_t family = 0; family < kFamilies; ++family)
      for (std::size_t type = 0; type < kTypes; ++type)
        requests_[next++] = metrics.counter("harbinger_dns_requests_total",
                                            "Queries, by zone, transport, address family (1 IPv4, 2 IPv6) and type.",
                                            {{"zone", zone_},
                                             {"proto", protocol},
                                             {"family", family_name(family)},
                                             {"type", type == kOtherType ? "other" : to_string(kCommonTypes[type])}});

  duration_ = metrics.histogram("harbinger_dns_request_duration_seconds",
                                "From reading a query to sending its reply; answered at once counts as 0.",
                                powers_of_two(kSmallestTime, kTimeBounds, 1e-9), {{"zone", zone_}});
  const auto sizes = powers_of_two(kSmallestSize, kSizeBounds, 1);
  for (std::size_t i = 0; i < kProtocols; ++i) {
    const Labels labels{{"zone", zone_}, {"proto", kProtocolNames[i]}};
    request_size_[i] = metrics.histogram("harbinger_dns_request_size_bytes", "Octets of queries.", sizes, labels);
    response_size_[i] = metrics.histogram("harbinger_dns_response_size_bytes", "Octets of replies.", sizes, labels);
  }
  unnamed_.by_rcode = response_counters("");
  others_.by_rcode = response_counters("other");
}

bool ZoneSeries::exist(const Metrics& metrics, const std::string& zone) {
  return metrics.has("harbinger_dns_request_duration_seconds", {{"zone", zone}});
}

std::array<Counter, ZoneSeries::kRcodes> ZoneSeries::response_counters(std::string_view plugin) {
  std::array<Counter, kRcodes> counters;
  for (std::size_t rcode = 0; rcode < kRcodes; ++rcode)
    counters[rcode] =
        metrics_.counter("harbinger_dns_responses_total", "Replies, by zone, rcode and the plugin that made them.",
                         {{"zone", zone_},
                          {"rcode", rcode == kOtherRcode ? "other" : to_string(static_cast<Rcode>(rcode))},
                          {"plugin", std::string(plugin)}});
  return counters;
}

void ZoneSeries::count(const Query& query, const ReplyView& reply) {
  const auto protocol = static_cast<std::size_t>(query.transport());
  if (protocol >= kProtocols) return;  // questions of our own
  const std::size_t family = query.client().ip.is_v4() ? 0 : 1;
  const Metrics::Cells cells(metrics_);
  cells.add(requests_[(protocol * kFamilies + family) * kTypes + index_of(query.type())]);
  cells.add(replies_of(reply.made_by).by_rcode[index_of(reply.rcode)]);
  observe_size(cells, request_size_[protocol], query.wire().size());
  observe_size(cells, response_size_[protocol], reply.wire.size());
  const auto took = static_cast<std::uint64_t>(std::max<std::int64_t>(reply.took.count(), 0));
  cells.observe_in(duration_, bucket_of(took, kSmallestTime, kTimeBounds), took);
}

ZoneSeries::Replies& ZoneSeries::replies_of(std::string_view plugin) {
  if (plugin.empty()) return unnamed_;
  const auto known = known_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < known; ++i)
    if (replies_[i].plugin.load(std::memory_order_relaxed) == plugin.data()) return replies_[i];
  return known == kPlugins ? others_ : add_plugin(plugin);
}

// Once for each plugin that answers; the lock is not worth a second look.
ZoneSeries::Replies& ZoneSeries::add_plugin(std::string_view plugin) {
  const std::lock_guard lock(adding_);
  const auto known = known_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < known; ++i)
    if (replies_[i].plugin == plugin.data()) return replies_[i];
  if (known == kPlugins) return others_;
  auto& added = replies_[known];
  added.by_rcode = metrics_.room() > kRcodes ? response_counters(plugin) : others_.by_rcode;
  added.plugin = plugin.data();
  known_.store(known + 1, std::memory_order_release);
  return added;
}

}  // namespace harbinger::metrics
