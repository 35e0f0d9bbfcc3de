#include "plugins/file/zone_answer.h"

#include <algorithm>

#include "plugins/file/denial.h"

namespace harbinger::file {

namespace {

constexpr int kLongestChain = 16;
// Addresses are looked up for so many names of one answer; more would not fit anyway.
constexpr int kMostTargets = 32;

// One question on its way through the zone. `name_` is what is looked for right now: the question's name, then targets.
class Answering {
 public:
  Answering(const Zone& zone, const Query& query)
      : zone_(zone), query_(query), reply_(Reply::to(query)), name_(query.name()), denial_(zone, reply_) {}

  Reply run() {
    reply_.set_authoritative();
    reply_.keep(Reply::Keeping::until_changed);
    for (int i = 0; i < kLongestChain && look(); ++i) {
    }
    return std::move(reply_);
  }

 private:
  // Each answers for name_; true when the chain goes on with a new name_.
  bool look();
  bool look_below(const Node& occluder);
  bool from_node(const Node& node, const Node* wildcard_encloser);
  bool from_wildcard(const Node& encloser);
  bool through_cname(const Node& node, const SetView& cname);
  bool through_dname(const Node& owner);
  bool follow(const Name& target);

  void give(const Node& node, const SetView& set);
  void give_one_of_any(const Node& node, const Node* wildcard_encloser);
  void give_signatures(const Node& node);
  bool refer(const Node& cut);
  void no_data(const Node& node, const Node* wildcard_encloser);
  void no_name(const Node& encloser);
  void add_negative_soa();
  void add_addresses_for(const SetView& set, bool referral);
  void add_addresses(const Name& target, bool referral);
  const Node* find_or_wildcard(const OwnerKey& key) const;

  bool dnssec() const { return query_.dnssec_ok(); }
  bool is_cut_for(const Node& node) const { return node.is(Node::kCut) && query_.type() != RRType::DS; }

  const Zone& zone_;
  const Query& query_;
  Reply reply_;
  Name name_;
  Denial denial_;
};

bool Answering::look() {
  OwnerKey key = zone_.key_of(name_);
  // Mostly the name is there, and then this one look-up is all.
  const Node* node = zone_.find_exact(key.whole());
  Zone::Match match{node, node};
  if (!node || node->is(Node::kHidden)) match = zone_.find(key);

  if (match.encloser->is(Node::kOccluded)) return look_below(*zone_.find_occluder(key));
  if (match.node) return is_cut_for(*match.node) ? refer(*match.node) : from_node(*match.node, nullptr);
  if (match.encloser->flags & (Node::kCut | Node::kDname)) return look_below(*match.encloser);
  if (match.encloser->is(Node::kWildcard)) return from_wildcard(*match.encloser);
  no_name(*match.encloser);
  return false;
}

bool Answering::look_below(const Node& occluder) {
  return occluder.is(Node::kCut) ? refer(occluder) : through_dname(occluder);
}

// RFC 4592 sec. 3.3.1: the wildcard directly below the closest encloser is the only one that may match.
bool Answering::from_wildcard(const Node& encloser) {
  OwnerKey key = zone_.key_of(name_).wildcard_below(encloser.labels);
  const Node* wildcard = zone_.find_exact(key.whole());
  if (!wildcard || wildcard->is(Node::kHidden)) {
    no_name(encloser);
    return false;
  }
  return from_node(*wildcard, &encloser);
}

// `wildcard_encloser` is set when the node is a wildcard that stands for name_.
bool Answering::from_node(const Node& node, const Node* wildcard_encloser) {
  RRType type = query_.type();
  if (type == RRType::ANY || type == RRType::RRSIG) {
    if (type == RRType::RRSIG)
      give_signatures(node);
    else
      give_one_of_any(node, wildcard_encloser);
    return false;
  }
  if (std::optional<SetView> set = zone_.set(node, type)) {
    give(node, *set);
    if (dnssec() && wildcard_encloser) denial_.wildcard_used(name_, *wildcard_encloser);
    add_addresses_for(*set, false);
    return false;
  }
  // What may stand beside a CNAME is asked of the name itself (RFC 2181 sec. 10.1, RFC 4034 sec. 4).
  if (node.is(Node::kCname) && type != RRType::NSEC) {
    if (dnssec() && wildcard_encloser) denial_.wildcard_used(name_, *wildcard_encloser);
    return through_cname(node, *zone_.set(node, RRType::CNAME));
  }
  no_data(node, wildcard_encloser);
  return false;
}

bool Answering::through_cname(const Node& node, const SetView& cname) {
  give(node, cname);
  Result<Name> target = Name::from_wire(cname.first());
  return target && follow(*target);
}

// RFC 6672 sec. 2.2 and 3.1.
bool Answering::through_dname(const Node& owner) {
  SetView dname = *zone_.set(owner, RRType::DNAME);
  Name from = zone_.name_of(owner);
  // A chain may come by again; no record set stands in a message twice (RFC 2181 sec. 5).
  bool given = std::ranges::any_of(
      reply_.answers(), [&](const Record& there) { return there.type == RRType::DNAME && there.name == from; });
  if (!given) append_set(reply_.answers(), zone_, owner, dname, from, dnssec());
  Result<Name> to = Name::from_wire(dname.first());
  if (!to) return false;
  Result<Name> target = name_.with_suffix(from, *to);
  if (!target) {
    reply_.set_rcode(Rcode::YXDOMAIN);  // too long
    return false;
  }
  std::span<const std::uint8_t> wire = target->wire();
  reply_.add_answer({name_, RRType::CNAME, RRClass::IN, dname.ttl(), Rdata(wire.begin(), wire.end())});
  return query_.type() != RRType::CNAME && follow(*target);
}

// Leaves the chain as it is when it leaves the zone or comes back to a name it has been at.
bool Answering::follow(const Name& target) {
  if (!target.is_within(zone_.apex())) return false;
  for (const Record& passed : reply_.answers())
    if (passed.type == RRType::CNAME && passed.name == target) return false;
  name_ = target;
  return true;
}

void Answering::give(const Node& node, const SetView& set) {
  append_set(reply_.answers(), zone_, node, set, name_, dnssec());
}

// RFC 8482 sec. 4.1: one RRset instead of all.
void Answering::give_one_of_any(const Node& node, const Node* wildcard_encloser) {
  for (auto set = zone_.first_set(node); set; set = zone_.next_set(*set)) {
    if (set->type() == RRType::RRSIG || set->type() == RRType::NSEC) continue;
    give(node, *set);
    if (dnssec() && wildcard_encloser) denial_.wildcard_used(name_, *wildcard_encloser);
    return;
  }
  no_data(node, wildcard_encloser);
}

// RFC 8482 sec. 7: signatures are asked for like ANY, so those of one RRset are enough.
void Answering::give_signatures(const Node& node) {
  for (auto set = zone_.first_set(node); set; set = zone_.next_set(*set))
    if (set->type() == RRType::RRSIG) return append_set(reply_.answers(), zone_, node, *set, name_, false);
  no_data(node, nullptr);
}

bool Answering::refer(const Node& cut) {
  // RFC 1034 sec. 4.3.2: authority speaks about the first name only.
  if (reply_.answers().empty()) reply_.set_authoritative(false);
  Name owner = zone_.name_of(cut);
  SetView servers = *zone_.set(cut, RRType::NS);
  append_set(reply_.authorities(), zone_, cut, servers, owner, false);
  if (dnssec()) {
    if (auto ds = zone_.set(cut, RRType::DS))
      append_set(reply_.authorities(), zone_, cut, *ds, owner, true);
    else
      denial_.no_data(owner, cut);
  }
  add_addresses_for(servers, true);
  return false;
}

void Answering::no_data(const Node& node, const Node* wildcard_encloser) {
  add_negative_soa();
  if (!dnssec()) return;
  if (wildcard_encloser)
    denial_.wildcard_no_data(name_, *wildcard_encloser, node);
  else
    denial_.no_data(name_, node);
}

// RFC 6604 sec. 3: the code is that of the last name of a chain.
void Answering::no_name(const Node& encloser) {
  reply_.set_rcode(Rcode::NXDOMAIN);
  add_negative_soa();
  if (dnssec()) denial_.no_name(name_, encloser);
}

void Answering::add_negative_soa() {
  const Record& soa = zone_.negative_soa();
  reply_.add_authority(soa);
  if (!dnssec()) return;
  if (auto signatures = zone_.set(zone_.apex_node(), RRType::RRSIG, RRType::SOA))
    for (std::span<const std::uint8_t> data : *signatures)
      reply_.add_authority({soa.name, RRType::RRSIG, RRClass::IN, soa.ttl, Rdata(data.begin(), data.end())});
}

void Answering::add_addresses_for(const SetView& set, bool referral) {
  switch (set.type()) {
    case RRType::NS:
    case RRType::MX:
    case RRType::SRV:
    case RRType::SVCB:
    case RRType::HTTPS:
      break;
    default:
      return;
  }
  int targets = 0;
  for (std::span<const std::uint8_t> data : set) {
    if (++targets > kMostTargets) return;
    std::optional<Name> target = target_of(set.type(), data);
    if (!target) continue;
    // RFC 9460 sec. 2.5.2: "." in ServiceMode is the owner itself.
    bool own = target->is_root() && (set.type() == RRType::SVCB || set.type() == RRType::HTTPS);
    add_addresses(own ? name_ : *target, referral);
  }
}

const Node* Answering::find_or_wildcard(const OwnerKey& key) const {
  Zone::Match match = zone_.find(key);
  if (match.node) return match.node;
  constexpr std::uint8_t kElsewhere = Node::kCut | Node::kDname | Node::kOccluded;
  if (!match.encloser->is(Node::kWildcard) || match.encloser->flags & kElsewhere) return nullptr;
  return zone_.find_exact(key.wildcard_below(match.encloser->labels).whole());
}

void Answering::add_addresses(const Name& target, bool referral) {
  if (!target.is_within(zone_.apex())) return;
  const Node* node = find_or_wildcard(zone_.key_of(target));
  if (!node) return;
  // What stands below a cut is glue: good for finding the way there, not as an answer.
  if (!referral && (node->flags & (Node::kOccluded | Node::kCut))) return;
  for (const Record& there : reply_.additionals())
    if (there.name == target) return;
  for (RRType type : {RRType::A, RRType::AAAA})
    if (auto set = zone_.set(*node, type)) append_set(reply_.additionals(), zone_, *node, *set, target, dnssec());
}

}  // namespace

Reply answer_from(const Zone& zone, const Query& query) { return Answering(zone, query).run(); }

}  // namespace harbinger::file
