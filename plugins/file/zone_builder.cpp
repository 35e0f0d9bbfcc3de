#include "plugins/file/zone_builder.h"

#include <algorithm>

#include "plugins/file/nsec3.h"

namespace harbinger::file {

namespace {

constexpr std::size_t kFirstSlots = 16;
// What a message can hold of one RRset: every record costs its data and at least 12 octets.
constexpr std::size_t kLargestSet = 65535 - 12, kRecordCost = 12;

RRType covered_type(const ParsedRecord& record) {
  if (record.type != RRType::RRSIG || record.rdata.size() < 2) return RRType{};
  return static_cast<RRType>(record.rdata[0] << 8 | record.rdata[1]);
}

// RFC 4034 sec. 2.5 and 3: what may stand beside a CNAME.
bool goes_with_cname(RRType type) { return type == RRType::RRSIG || type == RRType::NSEC; }

template <class T>
void put(std::uint8_t*& to, T value) {
  std::memcpy(to, &value, sizeof value);
  to += sizeof value;
}

void put_record(std::uint8_t* to, std::span<const std::uint8_t> rdata) {
  put<Ref>(to, 0);
  put<std::uint16_t>(to, static_cast<std::uint16_t>(rdata.size()));
  std::copy(rdata.begin(), rdata.end(), to);
}

}  // namespace

ZoneBuilder::ZoneBuilder(const Name& apex, Findings& findings) : findings_(findings), zone_(std::make_unique<Zone>()) {
  zone_->apex_ = apex;
  zone_->slots_.resize(kFirstSlots);
  zone_->apex_ref_ = zone_->arena_.allocate(Node::kHeader);
  Node& node = this->node(zone_->apex_ref_);
  node.sets = 0;
  node.flags = node.labels = node.size = 0;
}

void ZoneBuilder::add(const ParsedRecord& record) {
  if (!last_owner_ || !last_owner_->identical(record.owner)) {
    if (!record.owner.is_within(zone_->apex_)) {
      findings_.error(ErrorCode::conflict,
                      record.owner.to_string() + " is outside of the zone " + zone_->apex_.to_string(), record.place);
      return;
    }
    last_node_ = node_of(record.owner);
    last_owner_ = record.owner;
  }
  if (may_join(node(last_node_), record)) insert(last_node_, record, covered_type(record));
}

Ref ZoneBuilder::node_of(const Name& owner) {
  OwnerKey key(owner, zone_->apex_.size());
  if (key.labels() == 0) return zone_->apex_ref_;
  return find_or_create(key, key.labels(), owner.wire().first(key.whole().size()));
}

// Creates the ancestors too: empty non-terminals exist (RFC 4592 sec. 2.2.2).
Ref ZoneBuilder::find_or_create(const OwnerKey& key, std::size_t labels, std::span<const std::uint8_t> with_case) {
  std::span<const std::uint8_t> wanted = key.suffix(labels);
  auto tag = static_cast<std::uint32_t>(keyed_hash(wanted.data(), wanted.size()));
  std::size_t mask = zone_->slots_.size() - 1;
  for (std::size_t at = tag & mask; zone_->slots_[at].node != 0; at = (at + 1) & mask) {
    const Zone::Slot& slot = zone_->slots_[at];
    if (slot.tag == tag && std::ranges::equal(OwnerKey(node(slot.node).name()).whole(), wanted)) return slot.node;
  }

  Ref parent = zone_->apex_ref_;
  if (labels > 1) parent = find_or_create(key, labels - 1, with_case.subspan(with_case[0] + std::size_t{1}));
  node(parent).flags &= static_cast<std::uint8_t>(~Node::kHidden);
  if (with_case[0] == 1 && with_case[1] == '*') node(parent).flags |= Node::kWildcard;
  return create(with_case, labels, tag);
}

Ref ZoneBuilder::create(std::span<const std::uint8_t> with_case, std::size_t labels, std::uint32_t tag) {
  Ref ref = zone_->arena_.allocate(Node::kHeader + with_case.size());
  Node& created = node(ref);
  created.sets = 0;
  created.flags = 0;
  created.labels = static_cast<std::uint8_t>(labels);
  created.size = static_cast<std::uint8_t>(with_case.size());
  std::copy(with_case.begin(), with_case.end(), created.octets);
  zone_->deepest_ = std::max(zone_->deepest_, labels);
  if (++used_slots_ * 4 > zone_->slots_.size() * 3) grow();
  place_slot(tag, ref);
  return ref;
}

void ZoneBuilder::grow() {
  std::vector<Zone::Slot> old(zone_->slots_.size() * 2);
  old.swap(zone_->slots_);
  for (const Zone::Slot& slot : old)
    if (slot.node != 0) place_slot(slot.tag, slot.node);
}

void ZoneBuilder::place_slot(std::uint32_t tag, Ref node) {
  std::size_t mask = zone_->slots_.size() - 1;
  std::size_t at = tag & mask;
  while (zone_->slots_[at].node != 0) at = (at + 1) & mask;
  zone_->slots_[at] = {tag, node};
}

bool ZoneBuilder::wrong(const ParsedRecord& record, ErrorCode code, const std::string& what) {
  findings_.error(code, record.owner.to_string() + ": " + what, record.place);
  return false;
}

bool ZoneBuilder::may_join(const Node& node, const ParsedRecord& record) {
  bool at_apex = node.labels == 0;
  if (record.type == RRType::SOA && !at_apex)
    return wrong(record, ErrorCode::conflict, "a SOA belongs to the zone's own name, " + zone_->apex_.to_string());
  if (record.type == RRType::CNAME && at_apex)
    return wrong(record, ErrorCode::conflict, "the zone's own name has a SOA, so it cannot have a CNAME");
  if (node.is(Node::kCname) && record.type != RRType::CNAME && !goes_with_cname(record.type))
    return wrong(record, ErrorCode::conflict,
                 "has a CNAME, so it cannot have a " + to_string(record.type) + " record too");
  bool needs_other = record.type == RRType::CNAME && !node.is(Node::kCname);
  for (auto set = zone_->first_set(node); set; set = zone_->next_set(*set)) {
    if (needs_other && !goes_with_cname(set->type()))
      return wrong(record, ErrorCode::conflict,
                   "has " + to_string(set->type()) + " records, so it cannot have a CNAME");
    // RFC 6672 sec. 2.4.
    bool delegated = set->type() == RRType::NS || record.type == RRType::NS;
    bool renamed = set->type() == RRType::DNAME || record.type == RRType::DNAME;
    if (delegated && renamed && !at_apex && set->type() != record.type)
      return wrong(record, ErrorCode::conflict, "NS and DNAME exclude each other below the zone's own name");
  }
  return true;
}

void ZoneBuilder::insert(Ref ref, const ParsedRecord& record, RRType covers) {
  std::optional<SetView> set = zone_->set(node(ref), record.type, covers);
  if (!set && record.rdata.size() + kRecordCost <= kLargestSet) return add_set(ref, record, covers);

  bool single = record.type == RRType::SOA || record.type == RRType::CNAME || record.type == RRType::DNAME;
  std::size_t size = record.rdata.size() + kRecordCost;
  if (set)
    for (std::span<const std::uint8_t> data : *set) {
      if (std::ranges::equal(data, record.rdata)) return;
      size += data.size() + kRecordCost;
    }
  if (set && single) {
    wrong(record, ErrorCode::conflict, "has a " + to_string(record.type) + " already; there can be only one");
    return;
  }
  if (size > kLargestSet) {
    wrong(record, ErrorCode::too_large, "more " + to_string(record.type) + " records than a message can carry");
    return;
  }
  if (set->ttl() != record.ttl)  // RFC 2181 sec. 5.2
    findings_.warning(record.owner.to_string() + ": " + to_string(record.type) +
                          " records with different TTLs; all get " + std::to_string(set->ttl()),
                      record.place);
  append(*set, record);
}

void ZoneBuilder::add_set(Ref ref, const ParsedRecord& record, RRType covers) {
  Ref made = zone_->arena_.allocate(SetView::kHeader + SetView::kRecordHeader + record.rdata.size());
  std::uint8_t* to = zone_->arena_.at(made);
  put<Ref>(to, 0);
  put<std::uint32_t>(to, record.ttl);
  put<std::uint16_t>(to, static_cast<std::uint16_t>(record.type));
  put<std::uint16_t>(to, static_cast<std::uint16_t>(covers));
  put_record(to, record.rdata);

  Node& owner = node(ref);
  bool first = owner.sets == 0;
  bool hidden = note_type(owner, ref, record, covers);
  if (first) ++zone_->counts_.names;
  ++zone_->counts_.records;
  if (hidden && first)
    owner.flags |= Node::kHidden;
  else if (!hidden)
    owner.flags &= static_cast<std::uint8_t>(~Node::kHidden);

  if (first) {
    owner.sets = made;
    return;
  }
  SetView last = *zone_->first_set(owner);
  while (auto next = zone_->next_set(last)) last = *next;
  std::memcpy(zone_->arena_.at(last.ref()), &made, sizeof made);
}

void ZoneBuilder::append(const SetView& set, const ParsedRecord& record) {
  Ref made = zone_->arena_.allocate(SetView::kRecordHeader + record.rdata.size());
  put_record(zone_->arena_.at(made), record.rdata);
  Ref last = set.ref() + SetView::kFirstRecord;
  for (;;) {
    Ref next;
    std::memcpy(&next, zone_->arena_.at(last), sizeof next);
    if (next == 0) break;
    last = next;
  }
  std::memcpy(zone_->arena_.at(last), &made, sizeof made);
  ++zone_->counts_.records;
}

// Whether this set alone would leave the name hidden.
bool ZoneBuilder::note_type(Node& owner, Ref ref, const ParsedRecord& record, RRType covers) {
  bool at_apex = owner.labels == 0;
  switch (record.type) {
    case RRType::NS:
      if (!at_apex) owner.flags |= Node::kCut;
      has_cuts_ |= !at_apex;
      break;
    case RRType::DNAME:
      owner.flags |= Node::kDname;
      has_cuts_ = true;
      break;
    case RRType::CNAME:
      owner.flags |= Node::kCname;
      break;
    case RRType::NSEC:
      zone_->nsec_.push_back(ref);
      break;
    case RRType::NSEC3:
      nsec3_owners_.push_back(ref);
      break;
    default:
      break;
  }
  return record.type == RRType::NSEC3 || covers == RRType::NSEC3;
}

template <class Each>
void ZoneBuilder::for_each_node(Each each) {
  each(node(zone_->apex_ref_));
  for (const Zone::Slot& slot : zone_->slots_)
    if (slot.node != 0) each(node(slot.node));
}

std::unique_ptr<Zone> ZoneBuilder::finish(const Place& place) {
  check_apex(place);
  if (!findings_.ok()) return nullptr;
  settle_negative_answers();
  if (has_cuts_) mark_occluded();
  check_glue(place);
  settle_nsec();
  settle_nsec3(place);
  return std::move(zone_);
}

void ZoneBuilder::check_apex(const Place& place) {
  const Node& apex = zone_->apex_node();
  std::string zone = zone_->apex_.to_string();
  std::optional<SetView> soa = zone_->set(apex, RRType::SOA);
  if (!soa) {
    findings_.error(ErrorCode::not_found, "zone " + zone + " has no SOA record at its own name", place);
    return;
  }
  if (Result<Soa> fields = Soa::from_rdata(soa->first()))
    zone_->soa_ = *fields;
  else
    findings_.error(fields.error().code, "SOA record: " + fields.error().message, place);
  if (!zone_->set(apex, RRType::NS)) findings_.warning("zone " + zone + " has no NS records at its own name", place);
}

void ZoneBuilder::settle_negative_answers() {
  SetView soa = *zone_->set(zone_->apex_node(), RRType::SOA);
  Record& negative = zone_->negative_soa_;
  negative.name = zone_->apex_;
  negative.type = RRType::SOA;
  negative.ttl = std::min(soa.ttl(), zone_->soa_.minimum);
  negative.rdata.assign(soa.first().begin(), soa.first().end());
}

void ZoneBuilder::mark_occluded() {
  for_each_node([&](Node& each) {
    if (zone_->find_occluder(OwnerKey(each.name()))) each.flags |= Node::kOccluded;
  });
}

// A delegation to a server inside of the delegated zone cannot be followed without its address.
void ZoneBuilder::check_glue(const Place& place) {
  if (!has_cuts_) return;
  for_each_node([&](Node& each) {
    if (!each.is(Node::kCut) || each.is(Node::kOccluded)) return;
    Name cut = zone_->name_of(each);
    const SetView servers = *zone_->set(each, RRType::NS);
    for (std::span<const std::uint8_t> data : servers) {
      Result<Name> server = Name::from_wire(data);
      if (!server || !server->is_within(cut)) continue;
      const Node* glue = zone_->find_exact(zone_->key_of(*server).whole());
      if (!glue || (!zone_->set(*glue, RRType::A) && !zone_->set(*glue, RRType::AAAA)))
        findings_.warning("the name server " + server->to_string() + " of " + cut.to_string() + " has no address here",
                          place);
    }
  });
}

void ZoneBuilder::settle_nsec() {
  auto& nsec = zone_->nsec_;
  auto before = [&](Ref a, Ref b) { return OwnerKey(node(a).name()).compare(OwnerKey(node(b).name())) < 0; };
  // Signers write in order.
  if (!std::is_sorted(nsec.begin(), nsec.end(), before)) std::sort(nsec.begin(), nsec.end(), before);
  nsec.shrink_to_fit();
}

void ZoneBuilder::settle_nsec3(const Place& place) {
  if (nsec3_owners_.empty()) return;
  SetView first = *zone_->set(node(nsec3_owners_.front()), RRType::NSEC3);
  zone_->nsec3_settings_ = nsec3_settings_of(first.first());
  if (zone_->nsec3_settings_.iterations > kMostNsec3Iterations) {
    findings_.warning("NSEC3 with more than " + std::to_string(kMostNsec3Iterations) +
                          " iterations (RFC 9276 sec. 3.2): denials go out without proof",
                      place);
    return;
  }
  for (Ref ref : nsec3_owners_)
    if (std::optional<Nsec3Hash> hash = nsec3_hash_in(node(ref).name())) zone_->nsec3_.push_back({*hash, ref});
  std::ranges::sort(zone_->nsec3_, {}, &Zone::Nsec3Entry::hash);
}

}  // namespace harbinger::file
