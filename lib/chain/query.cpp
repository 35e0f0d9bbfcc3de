#include <harbinger/query.h>

#include <algorithm>

namespace harbinger {

namespace {

// RFC 7871 sec. 7.1.2: a source prefix of 0 asks that the address is not used at all.
ClientSubnet cut(const IpAddress& address, std::uint8_t known_bits, std::uint8_t v4_bits, std::uint8_t v6_bits) {
  const auto bits = std::min(known_bits, address.is_v4() ? v4_bits : v6_bits);
  return {address.truncated(bits), bits, 0};
}

FactValue subnet_value(const ClientSubnet& subnet) {
  FactValue value;
  value.octets = subnet.address.mapped();
  value.present = static_cast<std::uint8_t>(subnet.source_bits + 1);
  return value;
}

}  // namespace

std::string_view to_string(Transport transport) {
  switch (transport) {
    case Transport::udp:
      return "udp";
    case Transport::tcp:
      return "tcp";
    case Transport::tls:
      return "tls";
    case Transport::https:
      return "https";
    case Transport::internal:
      return "internal";
  }
  return "unknown";
}

ClientSubnet Query::subnet_cut_to(std::uint8_t v4_bits, std::uint8_t v6_bits) const {
  if (ecs_) return cut(ecs_->address, ecs_->source_bits, v4_bits, v6_bits);
  return cut(client_.ip, 128, v4_bits, v6_bits);
}

std::uint8_t Query::bucket(std::uint8_t buckets) const {
  note({FactId::bucket, buckets});
  return value_of({FactId::bucket, buckets}).octets[0];
}

std::optional<std::span<const std::uint8_t>> Query::option(OptionCode code) const {
  OptionReader reader(options_);
  while (auto option = reader.next())
    if (option->code == code) return option->data;
  return std::nullopt;
}

Query Query::asking(const Name& name, RRType type) const {
  Query other = *this;
  other.name_ = name;
  other.type_ = type;
  return other;
}

FactValue Query::value_of(FactRef ref) const {
  FactValue value;
  switch (ref.id) {
    case FactId::client:
      value.octets = client_.ip.mapped();
      value.present = 1;
      return value;
    case FactId::transport:
      return Fact<harbinger::Transport>::pack(transport_);
    case FactId::proved:
      return Fact<bool>::pack(proved());
    case FactId::subnet:
      return subnet_value(subnet_cut_to(ref.a, ref.b));
    case FactId::bucket: {
      const auto whole = subnet_cut_to(32, 128).address.mapped();
      const auto hash = keyed_hash(whole.data(), whole.size());
      value.octets[0] = static_cast<std::uint8_t>(hash % std::max<std::uint8_t>(ref.a, 1));
      value.present = 1;
      return value;
    }
    default:
      return has(ref.id) ? facts_.values[static_cast<std::size_t>(ref.id)] : value;
  }
}

OwnedQuery::OwnedQuery(const Query& query)
    : query_(query),
      wire_(query.wire_.begin(),
            query.wire_.begin() + static_cast<std::ptrdiff_t>(std::min(query.wire_.size(), kMostWire))) {
  query_.record_ = nullptr;
  query_.wire_ = wire_;
  query_.options_ = {};
  if (query.options_.empty()) return;
  const auto offset = static_cast<std::size_t>(query.options_.data() - query.wire_.data());
  if (offset + query.options_.size() <= wire_.size())
    query_.options_ = std::span(wire_).subspan(offset, query.options_.size());
}

ServeRecord& OwnedQuery::start_record() {
  record_ = {};
  query_.record_ = &record_;
  return record_;
}

QueryBuilder::QueryBuilder(const Name& name, RRType type) {
  query_.name_ = name;
  query_.type_ = type;
  query_.klass_ = RRClass::IN;
  query_.transport_ = Transport::internal;
  query_.flags_ = Query::kRd;
  const std::uint8_t loopback[4] = {127, 0, 0, 1};
  query_.client_ = {IpAddress::v4(loopback), 0};
  arrived(MonotonicTime{});
}

QueryBuilder& QueryBuilder::from(const SocketAddress& client) {
  query_.client_ = client;
  return *this;
}

QueryBuilder& QueryBuilder::over(harbinger::Transport transport) {
  query_.transport_ = transport;
  return *this;
}

QueryBuilder& QueryBuilder::recursion_desired(bool wanted) {
  query_.flags_ = static_cast<std::uint8_t>(wanted ? query_.flags_ | Query::kRd : query_.flags_ & ~Query::kRd);
  return *this;
}

QueryBuilder& QueryBuilder::checking_disabled(bool wanted) {
  query_.flags_ = static_cast<std::uint8_t>(wanted ? query_.flags_ | Query::kCd : query_.flags_ & ~Query::kCd);
  return *this;
}

QueryBuilder& QueryBuilder::dnssec_ok(bool wanted) {
  query_.flags_ = static_cast<std::uint8_t>(wanted ? query_.flags_ | Query::kDo : query_.flags_ & ~Query::kDo);
  query_.has_edns_ = query_.has_edns_ || wanted;
  query_.udp_size_ = 1232;
  return *this;
}

QueryBuilder& QueryBuilder::subnet(const ClientSubnet& ecs) {
  query_.has_edns_ = true;
  query_.ecs_ = ecs;
  return *this;
}

QueryBuilder& QueryBuilder::arrived(MonotonicTime now, Duration time_to_answer) {
  query_.arrived_ = now;
  query_.deadline_ = now + time_to_answer;
  return *this;
}

}  // namespace harbinger
