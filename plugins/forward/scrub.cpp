#include "plugins/forward/scrub.h"

#include <algorithm>
#include <utility>

namespace harbinger::forward {

namespace {

using Records = std::vector<Record>;

constexpr RRClass kTaken{0};  // a class that nobody asks in: the record is not in the reply any more
constexpr std::size_t kMostAuthorities = 64;
constexpr std::size_t kSignerOffset = 18;  // RFC 4034 sec. 3.1

RRType covered_by(const Record& rrsig) {
  if (rrsig.rdata.size() < 2) return RRType{};
  return static_cast<RRType>(rrsig.rdata[0] << 8 | rrsig.rdata[1]);
}

Result<Name> signer_of(const Record& rrsig) {
  std::size_t offset = kSignerOffset;
  return read_name(rrsig.rdata, offset);
}

// Follows the chain through the answers, and moves what is on it into a list of its own.
class Chain {
 public:
  Chain(Records& answers, const Question& question, bool dnssec_ok)
      : answers_(answers),
        question_(question),
        dnssec_ok_(dnssec_ok),
        end_(question.name),
        any_(question.type == RRType::ANY) {}

  Result<Records> follow() {
    const bool links_count = !any_ && question_.type != RRType::CNAME;
    for (int links = 0; links_count && step(); ++links)
      if (links == kMostLinks || is_ring()) return fail(ErrorCode::malformed, "chain of aliases is a ring or too long");
    if (question_.type == RRType::CNAME && find_alias()) take_dname();
    take(end_, question_.type);
    return std::move(kept_);
  }
  const Name& end() const { return end_; }

 private:
  bool step() {
    const Record* const alias = find_alias();
    if (!alias) return false;
    const auto target = target_of(RRType::CNAME, alias->rdata);
    if (!target) return false;
    take_dname();
    take(end_, RRType::CNAME, 1);
    end_ = *target;
    return true;
  }

  bool is_ring() const {
    return std::ranges::any_of(
        kept_, [&](const Record& record) { return record.type == RRType::CNAME && record.name == end_; });
  }

  const Record* find_alias() const {
    const auto found = std::ranges::find_if(answers_, [&](const Record& record) {
      return record.type == RRType::CNAME && is_ours(record) && record.name == end_;
    });
    return found == answers_.end() ? nullptr : &*found;
  }

  // The DNAME that a CNAME was made from travels in front of it (RFC 6672 sec. 3.1).
  void take_dname() {
    for (const Record& record : answers_)
      if (record.type == RRType::DNAME && record.name != end_ && end_.is_within(record.name))
        return take(Name(record.name), RRType::DNAME, 1);
  }

  void take(const Name& owner, RRType type, std::size_t most = SIZE_MAX) {
    std::size_t taken = 0;
    for (Record& record : answers_) {
      if (!is_ours(record) || record.name != owner || !is_wanted(record, type)) continue;
      if (record.type == type && ++taken > most) continue;
      kept_.push_back(std::move(record));
      record.klass = kTaken;  // NOLINT(bugprone-use-after-move): the mark is all that is read again
    }
  }

  bool is_ours(const Record& record) const { return record.klass == question_.klass && record.klass != kTaken; }
  bool is_wanted(const Record& record, RRType type) const {
    if (record.type == type || type == RRType::ANY) return true;
    return dnssec_ok_ && record.type == RRType::RRSIG && covered_by(record) == type;
  }

  Records& answers_;
  const Question& question_;
  const bool dnssec_ok_;
  Name end_;
  const bool any_;
  Records kept_;
};

// Proofs name their zone in their signature only; unsigned ones prove nothing.
bool is_signed_for(const Name& owner, RRType type, const Records& records, const Name& name) {
  return std::ranges::any_of(records, [&](const Record& record) {
    if (record.type != RRType::RRSIG || covered_by(record) != type || record.name != owner) return false;
    const auto signer = signer_of(record);
    return signer && name.is_within(*signer) && owner.is_within(*signer);
  });
}

bool belongs(const Record& record, const Records& records, const Name& name, bool dnssec_ok) {
  const auto type = record.type == RRType::RRSIG ? covered_by(record) : record.type;
  if (record.type == RRType::RRSIG && !dnssec_ok) return false;
  switch (type) {
    case RRType::SOA:
    case RRType::NS:
      return name.is_within(record.name);
    case RRType::DS:
      return dnssec_ok && name.is_within(record.name);
    case RRType::NSEC:
    case RRType::NSEC3:
      return dnssec_ok && is_signed_for(record.name, type, records, name);
    default:
      return false;
  }
}

// Looking for signatures compares each with each, so a hostile reply must not be long.
void scrub_authority(Records& records, const Name& name, RRClass klass, bool dnssec_ok) {
  if (records.size() > kMostAuthorities) records.resize(kMostAuthorities);
  Records kept;
  for (const Record& record : records)
    if (record.klass == klass && belongs(record, records, name, dnssec_ok)) kept.push_back(record);
  records = std::move(kept);
}

}  // namespace

Result<void> scrub(Message& reply, const Question& question, bool dnssec_ok) {
  const auto& theirs = reply.question;
  if (!theirs || theirs->name != question.name || theirs->type != question.type || theirs->klass != question.klass)
    return fail(ErrorCode::malformed, "reply to another question");

  Chain chain(reply.answers, question, dnssec_ok);
  auto answers = chain.follow();
  if (!answers) return fail(answers.error());
  reply.answers = std::move(*answers);
  scrub_authority(reply.authorities, chain.end(), question.klass, dnssec_ok);
  reply.additionals.clear();
  for (auto* section : {&reply.answers, &reply.authorities})
    for (Record& record : *section) record.ttl = std::min(record.ttl, kMostTtl);
  return {};
}

Result<std::uint8_t> scope_of(const Message& reply, const ClientSubnet& sent) {
  const auto option = reply.edns ? reply.edns->option(OptionCode::ECS) : std::nullopt;
  if (!option) return std::uint8_t{0};
  const auto theirs = ClientSubnet::parse(*option);
  if (!theirs) return fail(theirs.error());
  if (theirs->address != sent.address || theirs->source_bits != sent.source_bits)
    return fail(ErrorCode::malformed, "reply for another subnet");
  return std::min(theirs->scope_bits, sent.source_bits);
}

}  // namespace harbinger::forward
