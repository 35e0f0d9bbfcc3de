#include "mirror/update_records.h"

#include <utility>

#include <harbinger/records.h>

namespace harbinger::mirror {

namespace {

using Form = UpdatePublisher::Form;

std::string filled(std::string text, std::string_view word, std::string_view value) {
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + value.size()))
    text.replace(at, word.size(), value);
  return text;
}

void write_addresses(const Name& name, std::chrono::seconds ttl, const std::vector<IpAddress>& addresses,
                     UpdateBuilder& update) {
  std::vector<Record> v4, v6;
  for (const auto& each : addresses) (each.is_v4() ? v4 : v6).push_back(address_record(name, ttl, each));
  update.replace_set(name, RRType::A, v4);
  update.replace_set(name, RRType::AAAA, v6);
}

std::vector<IpAddress> all_addresses(const Publication& what) {
  std::vector<IpAddress> all;
  for (const auto& each : what.servers) all.insert(all.end(), each.addresses.begin(), each.addresses.end());
  return all;
}

std::vector<Record> services(const Name& name, const Publication& what) {
  std::vector<Record> records;
  std::uint16_t priority = 0;
  for (const auto& each : what.servers)
    records.push_back(
        svcb(name, RRType::HTTPS, what.ttl, ++priority, each.target, {.port = each.port, .addresses = each.addresses}));
  return records;
}

}  // namespace

Result<std::optional<Name>> told_at(const UpdatePublisher::Settings& settings, const Publication& what) {
  if (!settings.cluster.empty() && what.cluster != settings.cluster) return std::nullopt;
  const auto text = filled(filled(settings.names, "{name}", what.resource), "{cluster}", what.cluster);
  const auto name = Name::parse(text);
  if (!name) return fail(name.error());
  if (!name->is_within(settings.zone))
    return fail(ErrorCode::malformed, name->to_string() + " is not within the zone " + settings.zone.to_string());
  return std::optional(*name);
}

void write_records(const UpdatePublisher::Settings& settings, const Name& name, const Publication& what,
                   UpdateBuilder& update) {
  const bool none = what.servers.empty();
  if (settings.form == Form::alias) {
    // A CNAME stands alone (RFC 1034 sec. 3.6.2), so one of the two goes before the other comes.
    if (none) update.remove_set(name, RRType::CNAME);
    write_addresses(name, what.ttl, none ? settings.otherwise : std::vector<IpAddress>(), update);
    if (!none) update.replace_set(name, RRType::CNAME, std::array{cname(name, what.ttl, what.servers[0].target)});
    return;
  }
  write_addresses(name, what.ttl, none ? settings.otherwise : all_addresses(what), update);
  if (settings.form == Form::service) update.replace_set(name, RRType::HTTPS, services(name, what));
}

}  // namespace harbinger::mirror
