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
  // Opt-out (RFC 5155 sec. 7.2.4): prove an ancestor and that the span is open.
  Name ancestor = name;
  while (ancestor.size() > zone_.apex().size()) {
    Name below = ancestor;
    ancestor = ancestor.parent();
    if (!add_nsec3_matching(ancestor)) continue;
    return add_nsec3_covering(below);
  }
}

void Denial::no_name(const Name& name, const Node& encloser) {
  if (zone_.has_nsec()) {
    OwnerKey key = zone_.key_of(name);
    add_nsec_covering(key);
    return add_nsec_covering(key.wildcard_below(encloser.labels));
  }
  if (!zone_.has_nsec3()) return;
  add_nsec3_encloser(name, encloser);
  Result<Name> wildcard = zone_.name_of(encloser).child("*");
  if (wildcard) add_nsec3_covering(*wildcard);
}

void Denial::wildcard_used(const Name& name, const Node& encloser) {
  if (zone_.has_nsec()) return add_nsec_covering(zone_.key_of(name));
  if (zone_.has_nsec3()) add_nsec3_covering(next_closer(name, encloser));
}

void Denial::wildcard_no_data(const Name& name, const Node& encloser, const Node& wildcard) {
  if (zone_.has_nsec()) {
    add_nsec(wildcard);
    return add_nsec_covering(zone_.key_of(name));
  }
  if (!zone_.has_nsec3()) return;
  add_nsec3_encloser(name, encloser);
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

// RFC 5155 sec. 7.2.1: the nearest ancestor that exists, and that the name one label longer does not.
void Denial::add_nsec3_encloser(const Name& name, const Node& encloser) {
  add_nsec3_matching(zone_.name_of(encloser));
  add_nsec3_covering(next_closer(name, encloser));
}

void Denial::add(const Node& owner, RRType type) {
  Name name = zone_.name_of(owner);
  for (const Record& there : reply_.authorities())
    if (there.type == type && there.name == name) return;
  if (auto set = zone_.set(owner, type)) append_set(reply_.authorities(), zone_, owner, *set, name, true);
}

Name Denial::next_closer(const Name& name, const Node& encloser) const {
  return name.suffix(zone_.apex().label_count() + encloser.labels + 1);
}

}  // namespace harbinger::file
