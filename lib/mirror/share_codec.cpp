#include "mirror/share_codec.h"

#include <charconv>

#include <nlohmann/json.hpp>

namespace harbinger::mirror {

namespace {

using nlohmann::json;
constexpr std::size_t kMostBody = 64 << 10, kMostServers = 64, kMostAddresses = 64;
constexpr std::int64_t kMostSeconds = 7 * 24 * 3600;

json at_json(const Publication::At& at) {
  json addresses = json::array();
  for (const auto& address : at.addresses) addresses.push_back(address.to_string());
  return {{"server", at.server}, {"target", at.target.to_string()}, {"addresses", addresses}, {"port", at.port}};
}

// Throws what nlohmann throws for a member of another kind, and std::bad_expected_access for words that are none.
Publication::At at_of(const json& from) {
  Publication::At at{.server = from.at("server").get<std::string>(),
                     .target = Name::parse(from.at("target").get<std::string>()).value(),
                     .port = from.at("port").get<std::uint16_t>()};
  for (const auto& address : from.at("addresses"))
    at.addresses.push_back(IpAddress::parse(address.get<std::string>()).value());
  return at;
}

std::chrono::seconds seconds_of(const json& from) { return std::chrono::seconds(from.get<std::int64_t>()); }

bool within_limits(const Publication& what) {
  for (const auto& at : what.servers)
    if (at.addresses.size() > kMostAddresses) return false;
  return what.servers.size() <= kMostServers && what.ttl.count() >= 0 && what.ttl.count() <= kMostSeconds &&
         what.lease.count() > 0 && what.lease.count() <= kMostSeconds;
}

template <class Number>
bool take_decimal(std::string_view& rest, Number& number) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != ' ') return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
  return true;
}

}  // namespace

std::string encode_publication(const Publication& what) {
  json servers = json::array();
  for (const auto& at : what.servers) servers.push_back(at_json(at));
  const json all{{"resource", what.resource},
                 {"cluster", what.cluster},
                 {"servers", servers},
                 {"ttl", what.ttl.count()},
                 {"lease", what.lease.count()}};
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Publication> decode_publication(std::string_view text) {
  if (text.size() > kMostBody) return std::nullopt;
  try {
    const json all = json::parse(text);
    Publication what{.resource = all.at("resource").get<std::string>(),
                     .cluster = all.at("cluster").get<std::string>()};
    what.ttl = seconds_of(all.at("ttl"));
    what.lease = seconds_of(all.at("lease"));
    for (const auto& at : all.at("servers")) what.servers.push_back(at_of(at));
    return within_limits(what) ? std::optional(std::move(what)) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;  // somebody else wrote there
  }
}

std::optional<StoredValue> read_stored(std::string_view octets) {
  StoredValue value;
  if (!take_decimal(octets, value.version) || !take_decimal(octets, value.until_ms)) return std::nullopt;
  value.body = octets;
  return value;
}

}  // namespace harbinger::mirror
