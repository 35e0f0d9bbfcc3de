#include "plugins/file/denial.h"

#include "plugins/file/nsec3.h"

namespace harbinger::file {

void append_set(std::vector<Record>& to, const Zone& zone, const Node& node, const SetView& set, const Name& owner,
                bool with_signatures) {
  auto append = [&](const SetView& each, std::uint32_t ttl) {
    for (std::span<const std::uint8_t> data : each)
      to.emplace_back(owner, each.type(), RRClass::IN, ttl, Rdata(data.begin(), data.end()));
  };
  append(set, set.ttl());
  if (!with_signatures) return;
  // RFC 4034 sec. 3: a signature's TTL is that of what it signs.
  if (auto signatures = zone.set(node, RRType::RRSIG, set.type())) append(*signatures, set.ttl());
}

void Denial::no_data(const Name& name, const Node& node) {
  if (zone_.has_nsec()) {
    if (zone_.set(node, RRType::NSEC)) return add_nsec(node);
    return add_nsec_covering(zone_.key_of(name));  // an empty non-terminal
  }
  if (!zone_.has_nsec3() || add_nsec3_matching(name)) return;
  if (name.size() > zone_.apex().size()) add_nsec3_encloser(name, name.parent());  // opt-out (RFC 5155 sec. 7.2.4)
}

void Denial::no_name(const Name& name, const Node& encloser) {
  if (zone_.has_nsec()) {
    OwnerKey key = zone_.key_of(name);
    add_nsec_covering(key);
    return add_nsec_covering(key.wildcard_below(encloser.labels));
  }
  if (!zone_.has_nsec3()) return;
  Name provable = add_nsec3_encloser(name, zone_.name_of(encloser));
  Result<Name> wildcard = provable.child("*");
  if (wildcard) add_nsec3_covering(*wildcard);
}

void Denial::wildcard_used(const Name& name, const Node& encloser) {
  if (zone_.has_nsec()) return add_nsec_covering(zone_.key_of(name));
  if (zone_.has_nsec3()) add_nsec3_covering(next_closer(name, zone_.name_of(encloser)));
}

void Denial::wildcard_no_data(const Name& name, const Node& encloser, const Node& wildcard) {
  if (zone_.has_nsec()) {
    add_nsec(wildcard);
    return add_nsec_covering(zone_.key_of(name));
  }
  if (!zone_.has_nsec3()) return;
  add_nsec3_encloser(name, zone_.name_of(encloser));
  add_nsec3_matching(zone_.name_of(wildcard));
}

void Denial::add_nsec(const Node& owner) { add(owner, RRType::NSEC); }

void Denial::add_nsec_covering(const OwnerKey& key) { add_nsec(zone_.nsec_at_or_before(key)); }

void Denial::add_nsec3(const Node& owner) { add(owner, RRType::NSEC3); }

bool Denial::add_nsec3_matching(const Name& name) {
  const Node* owner = zone_.nsec3_matching(nsec3_hash(name, zone_.nsec3_settings()));
  if (owner) add_nsec3(*owner);
  return owner != nullptr;
}

void Denial::add_nsec3_covering(const Name& name) {
  add_nsec3(zone_.nsec3_covering(nsec3_hash(name, zone_.nsec3_settings())));
}

// RFC 5155 sec. 7.2.1: an ancestor that exists, and that the name one label longer does not. Ancestors that are there
// for the sake of an opted-out delegation only have no NSEC3, so the proof starts at the nearest one that has.
Name Denial::add_nsec3_encloser(const Name& name, Name encloser) {
  while (!add_nsec3_matching(encloser) && encloser.size() > zone_.apex().size()) encloser = encloser.parent();
  add_nsec3_covering(next_closer(name, encloser));
  return encloser;
}

void Denial::add(const Node& owner, RRType type) {
  Name name = zone_.name_of(owner);
  for (const Record& there : reply_.authorities())
    if (there.type == type && there.name == name) return;
  if (auto set = zone_.set(owner, type)) append_set(reply_.authorities(), zone_, owner, *set, name, true);
}

Name Denial::next_closer(const Name& name, const Name& encloser) { return name.suffix(encloser.label_count() + 1); }

}  // namespace harbinger::file
