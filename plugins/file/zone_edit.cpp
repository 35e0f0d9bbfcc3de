#include "plugins/file/zone_edit.h"

#include <algorithm>

#include "plugins/file/serials.h"
#include "plugins/file/transfer_content.h"
#include "plugins/file/zone_builder.h"
#include "plugins/file/zone_walk.h"

namespace harbinger::file {

namespace {

using Kind = Prerequisite::Kind;
using Records = std::vector<Record>;

bool same_data(const Record& a, const Record& b) { return a.type == b.type && a.rdata == b.rdata; }

Records of_type(const Records& records, RRType type) {
  Records found;
  std::ranges::copy_if(records, std::back_inserter(found), [&](const Record& each) { return each.type == type; });
  return found;
}

bool are(const Records& set, std::vector<Rdata> wanted) {
  std::vector<Rdata> there;
  for (const Record& record : set) there.push_back(record.rdata);
  std::ranges::sort(there);
  std::ranges::sort(wanted);
  return there == wanted;
}

Records records_at(const Zone& zone, const Name& name) {
  Records records;
  const Node* node = zone.find_exact(zone.key_of(name).whole());
  if (!node || node->sets == 0) return records;
  const Name owner = zone.name_of(*node);
  for (auto set = zone.first_set(*node); set; set = zone.next_set(*set))
    for (const auto data : *set)
      records.push_back({owner, set->type(), RRClass::IN, set->ttl(), Rdata(data.begin(), data.end())});
  return records;
}

// The zone, but for the names in `touched`, which are as said there. The SOA of the zone's own name goes with these.
std::unique_ptr<Zone> build(const Zone& zone, const std::map<Name, Records>& touched, std::string& why) {
  static const std::string kPlace = "an UPDATE";
  Findings findings;
  ZoneBuilder builder(zone.apex(), findings);
  const auto put = [&](const Name& owner, RRType type, std::uint32_t ttl, std::span<const std::uint8_t> rdata) {
    builder.add({owner, type, ttl, rdata, {&kPlace, 0, 0}});
  };
  std::optional<Name> last;  // records of one name come together
  bool skip = false;
  for (ZoneWalk walk(zone); const auto record = walk.current(); walk.advance()) {
    if (!last || *last != record->owner) {
      last = record->owner;
      skip = touched.contains(*last);
    }
    if (!skip) put(record->owner, record->type, record->ttl, record->rdata);
  }
  for (const auto& [name, records] : touched)
    for (const Record& each : records) put(each.name, each.type, each.ttl, each.rdata);
  auto made = builder.finish({&kPlace, 0, 0});
  if (!made) why = findings.as_one().message;
  return made;
}

}  // namespace

Records ZoneEdit::before(const Name& name) const { return records_at(zone_, name); }

ZoneEdit::Records& ZoneEdit::touch(const Name& name) {
  const auto [at, fresh] = touched_.try_emplace(name);
  if (fresh) at->second = before(name);
  return at->second;
}

const ZoneEdit::Records& ZoneEdit::now(const Name& name, Records& room) const {
  const auto touched = touched_.find(name);
  return touched != touched_.end() ? touched->second : room = before(name);
}

bool ZoneEdit::has(const Record& record) const {
  Records room;
  return std::ranges::any_of(now(record.name, room), [&](const Record& each) { return same_data(each, record); });
}

// RFC 2136 sec. 3.2.
ZoneEdit::Outcome ZoneEdit::check(const Prerequisite& prerequisite) const {
  Records room;
  const Records& records = now(prerequisite.name, room);
  const auto set = of_type(records, prerequisite.type);
  const auto unless = [&](bool holds, Rcode rcode) {
    return holds ? Outcome{} : Outcome{rcode, prerequisite.to_string() + ", but that is not so"};
  };
  switch (prerequisite.kind) {
    case Kind::name_in_use:
      return unless(!records.empty(), Rcode::NXDOMAIN);
    case Kind::name_unused:
      return unless(records.empty(), Rcode::YXDOMAIN);
    case Kind::set_exists:
      return unless(!set.empty(), Rcode::NXRRSET);
    case Kind::set_absent:
      return unless(set.empty(), Rcode::YXRRSET);
    case Kind::set_is:
      return unless(are(set, prerequisite.rdatas), Rcode::NXRRSET);
  }
  return {};
}

ZoneEdit::Outcome ZoneEdit::apply(const UpdateMessage& update) {
  for (const Prerequisite& each : update.prerequisites)
    if (auto outcome = check(each); outcome.rcode != Rcode::NOERROR) return outcome;
  for (const Change& each : update.changes) make(each);
  return {};
}

// RFC 2136 sec. 3.4.2.
void ZoneEdit::make(const Change& change) {
  const Record& record = change.record;
  switch (change.kind) {
    case Change::Kind::add:
      return add(record);
    case Change::Kind::remove_record:
      return remove(record);
    case Change::Kind::remove_set:
      return remove_set(record.name, record.type);
    case Change::Kind::remove_name:
      return remove_set(record.name, RRType::ANY);
  }
}

// What would put a CNAME beside other records is passed over, silently, as the RFC wants it. The TTL of what is added is the set's.
void ZoneEdit::add(const Record& record) {
  if (record.type == RRType::SOA) return replace_soa(record);
  Records& records = touch(record.name);
  const bool alias = record.type == RRType::CNAME;
  const auto clashes = [&](const Record& each) { return (each.type == RRType::CNAME) != alias; };
  if (std::ranges::any_of(records, clashes)) return;
  if (alias) records.clear();
  std::erase_if(records, [&](const Record& each) { return same_data(each, record); });
  for (Record& each : records)
    if (each.type == record.type) each.ttl = record.ttl;
  records.push_back(record);
}

void ZoneEdit::replace_soa(const Record& record) {
  if (record.name != zone_.apex()) return;
  const auto soa = Soa::from_rdata(record.rdata);
  Records& records = touch(record.name);
  const auto there = std::ranges::find(records, RRType::SOA, &Record::type);
  if (!soa || there == records.end()) return;
  const auto old = Soa::from_rdata(there->rdata);
  if (old && later_serial(soa->serial, old->serial)) *there = record;
}

// The SOA stays, and the last NS of the zone's own name.
void ZoneEdit::remove(const Record& record) {
  if (record.type == RRType::SOA) return;
  Records& records = touch(record.name);
  const bool own_ns = record.type == RRType::NS && record.name == zone_.apex();
  if (own_ns && of_type(records, RRType::NS).size() == 1) return;
  std::erase_if(records, [&](const Record& each) { return same_data(each, record); });
}

void ZoneEdit::remove_set(const Name& name, RRType type) {
  const bool apex = name == zone_.apex();
  std::erase_if(touch(name), [&](const Record& each) {
    if (apex && (each.type == RRType::SOA || each.type == RRType::NS)) return false;
    return type == RRType::ANY || each.type == type;
  });
}

bool ZoneEdit::changed() const {
  return std::ranges::any_of(touched_, [&](const auto& each) {
    auto was = before(each.first), is = each.second;
    const auto order = [](const Record& record) { return std::tie(record.type, record.rdata, record.ttl); };
    std::ranges::sort(was, {}, order);
    std::ranges::sort(is, {}, order);
    return !std::ranges::equal(was, is, {}, order, order);
  });
}

std::uint32_t ZoneEdit::serial_after() const {
  const auto own = touched_.find(zone_.apex());
  const std::uint32_t before = zone_.soa().serial;
  if (own != touched_.end())
    for (const Record& record : own->second)
      if (record.type == RRType::SOA)
        if (const auto soa = Soa::from_rdata(record.rdata); soa && soa->serial != before) return soa->serial;
  return before + 1 == 0 ? 1 : before + 1;  // 0 is none that others take for later
}

std::optional<ZoneEdit::Made> ZoneEdit::finish(std::string& why) const {
  ZoneEdit last(*this);
  auto& own = last.touch(zone_.apex());
  const auto soa_at = std::ranges::find(own, RRType::SOA, &Record::type);
  auto soa = Soa::from_rdata(soa_at->rdata);
  soa->serial = serial_after();
  soa_at->rdata = soa->to_rdata();

  auto delta = std::make_shared<ZoneDelta>();
  delta->from = zone_.soa().serial;
  delta->to = soa->serial;
  for (const auto& [name, records] : last.touched_) {
    const auto was = before(name);
    std::ranges::copy_if(was, std::back_inserter(delta->removed),
                         [&](const Record& each) { return std::ranges::find(records, each) == records.end(); });
    std::ranges::copy_if(records, std::back_inserter(delta->added),
                         [&](const Record& each) { return std::ranges::find(was, each) == was.end(); });
  }
  auto zone = build(zone_, last.touched_, why);
  if (!zone) return std::nullopt;
  return Made{std::move(delta), std::move(zone)};
}

std::unique_ptr<Zone> replay(const Zone& zone, const ZoneDelta& step, std::string& why) {
  if (step.from != zone.soa().serial) {
    why = "a step begins at serial " + std::to_string(step.from) + ", and the zone has " +
          std::to_string(zone.soa().serial);
    return nullptr;
  }
  std::map<Name, Records> touched;
  const auto touch = [&](const Name& name) -> Records& {
    const auto [at, fresh] = touched.try_emplace(name);
    if (fresh) at->second = records_at(zone, name);
    return at->second;
  };
  for (const Record& each : step.removed) std::erase(touch(each.name), each);
  for (const Record& each : step.added) touch(each.name).push_back(each);
  return build(zone, touched, why);
}

std::unique_ptr<Zone> zone_of(const Name& apex, const std::vector<Record>& records, std::string& why) {
  static const std::string kPlace = "the journal";
  Findings findings;
  ZoneBuilder builder(apex, findings);
  for (const Record& each : records) builder.add({each.name, each.type, each.ttl, each.rdata, {&kPlace, 0, 0}});
  auto made = builder.finish({&kPlace, 0, 0});
  if (!made) why = findings.as_one().message;
  return made;
}

}  // namespace harbinger::file
