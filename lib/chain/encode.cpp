#include "chain/encode.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "chain/changes.h"

namespace harbinger {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostOctets = 65535;
constexpr std::chrono::seconds kFailureTtl = 1s;

struct Lifetime {
  bool keep = false;
  bool ages = true;
  std::chrono::seconds ttl{0};
};

bool is_negative(const Reply& reply) { return reply.rcode() == Rcode::NXDOMAIN || reply.answers().empty(); }

std::uint32_t lowest_ttl(const std::vector<Record>& records, std::uint32_t lowest) {
  for (const auto& record : records) lowest = std::min(lowest, record.ttl);
  return lowest;
}

// RFC 2308 sec. 5: the lesser of the SOA's TTL and its MINIMUM field; without a SOA a negative answer is not kept.
std::optional<std::uint32_t> negative_ttl(const Reply& reply) {
  for (const auto& record : reply.authorities()) {
    if (record.type != RRType::SOA) continue;
    const auto soa = Soa::from_rdata(record.rdata);
    if (soa) return std::min(record.ttl, soa->minimum);
  }
  return std::nullopt;
}

bool is_referral(const Reply& reply) {
  return !reply.authoritative() && reply.answers().empty() &&
         std::ranges::any_of(reply.authorities(), [](const Record& r) { return r.type == RRType::NS; });
}

Lifetime lifetime_of(const Reply& reply, const ServeRecord& record, const CacheConfig& rules) {
  if (rules.off || !reply.answered() || reply.keeping() == Reply::Keeping::never || record.reads.overflowed())
    return {};
  if (reply.keeping() == Reply::Keeping::until_changed) return {true, false, 0s};
  if (reply.rcode() != Rcode::NOERROR && reply.rcode() != Rcode::NXDOMAIN) return {true, true, kFailureTtl};

  std::chrono::seconds ttl{0};
  if (is_negative(reply) && !is_referral(reply)) {
    const auto lowest = negative_ttl(reply);
    if (!lowest) return {};
    ttl = std::min<std::chrono::seconds>(std::chrono::seconds(lowest_ttl(reply.answers(), *lowest)),
                                         rules.max_negative_ttl);
  } else {
    auto lowest = lowest_ttl(reply.answers(), std::numeric_limits<std::uint32_t>::max());
    lowest = lowest_ttl(reply.authorities(), lowest);
    ttl = std::chrono::seconds(lowest_ttl(reply.additionals(), lowest));
    // A SOA behind an alias says that the alias leads to nothing, and for how long that holds (RFC 2308 sec. 2.2).
    if (const auto end = negative_ttl(reply)) ttl = std::min({ttl, std::chrono::seconds(*end), rules.max_negative_ttl});
  }
  ttl = std::clamp<std::chrono::seconds>(ttl, rules.min_ttl, std::max(rules.min_ttl, rules.max_ttl));
  return {ttl > 0s, true, ttl};
}

// One buffer a thread: the largest message there can be.
std::span<std::uint8_t> scratch() {
  thread_local const auto buffer = std::make_unique<std::array<std::uint8_t, kMostOctets>>();
  return *buffer;
}

struct Sections {
  std::span<const std::uint8_t> message;
  std::size_t body = 0, answer_end = 0, authority_end = 0;
};

std::uint32_t shown_ttl(std::uint32_t ttl, const CacheConfig& rules, const Lifetime& life) {
  if (!life.ages || rules.off) return ttl;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(ttl, rules.min_ttl.count(), std::max(rules.min_ttl, rules.max_ttl).count()));
}

bool write_sections(const Reply& reply, const Query& query, const CacheConfig& rules, const Lifetime& life,
                    Sections& out) {
  MessageWriter writer(scratch(), Header{});
  if (!writer.add_question(query.question())) return false;
  out.body = writer.size();
  const auto add = [&](MessageWriter::Section section, const std::vector<Record>& records) {
    for (const auto& r : records)
      if (!writer.add_record(section, r.name, r.type, r.klass, shown_ttl(r.ttl, rules, life), r.rdata)) return false;
    return true;
  };
  if (!add(MessageWriter::Section::answer, reply.answers())) return false;
  out.answer_end = writer.size();
  if (!add(MessageWriter::Section::authority, reply.authorities())) return false;
  out.authority_end = writer.size();
  if (!add(MessageWriter::Section::additional, reply.additionals())) return false;
  out.message = writer.finish();
  return true;
}

// Every TTL's place; false when the octets do not read back, which a plugin's bad record can cause.
bool find_ttls(const Sections& sections, std::size_t count, std::vector<std::uint16_t>& ttls) {
  auto offset = sections.body;
  for (std::size_t i = 0; i < count; ++i) {
    const auto record = read_record(sections.message, offset);
    if (!record) return false;
    ttls.push_back(static_cast<std::uint16_t>(record->ttl_offset - sections.body));
  }
  return offset == sections.message.size();
}

void fill_says(KeptAnswer& answer, const Reply& reply, const Query& query) {
  answer.rcode = reply.answered() ? reply.rcode() : Rcode::REFUSED;
  answer.authoritative = reply.authoritative();
  answer.recursion_available = reply.recursion_available();
  answer.authentic_data = reply.authentic_data();
  answer.failed = reply.failed() || reply.rcode() == Rcode::SERVFAIL;
  // A referral is nothing without its NS and glue (RFC 9471 sec. 3); a negative answer needs its SOA and proofs.
  answer.needs_additional = is_referral(reply);
  answer.needs_authority = reply.answers().empty() || query.dnssec_ok();
  answer.made_by = reply.answered() ? reply.made_by() : std::string_view{};
  if (const auto& why = reply.explanation()) {
    answer.has_ede = true;
    answer.ede = why->first;
  }
}

void fill_dependencies(KeptAnswer& answer, const Reply& reply, const AnswerKey& key) {
  answer.slots[answer.slot_count++] = Changes::slot_of_chain(key.chain());
  answer.slots[answer.slot_count++] = key.name_slot();
  for (const auto& name : reply.dependencies())
    if (answer.slot_count < KeptAnswer::kMostSlots)
      answer.slots[answer.slot_count++] = Changes::slot_of(key.chain(), name);
}

// What was read, and for subnets no more than the answer holds for (RFC 7871 sec. 7.3.1).
FactReads facts_of(const ServeRecord& record, const Reply& reply) {
  FactReads facts = record.reads;
  if (const auto limit = reply.subnet_limit())
    for (auto& ref : facts.refs())
      if (ref.id == FactId::subnet) ref.a = std::min(ref.a, *limit), ref.b = std::min(ref.b, *limit);
  return facts;
}

// How many bits of the client's subnet mattered. A bucket is made of all there are, and so is a location.
std::uint8_t subnet_scope(const FactReads& facts, const Query& query) {
  int bits = 0;
  for (const auto& ref : facts.refs()) {
    if (ref.id == FactId::bucket || ref.id == FactId::location) return 128;
    if (ref.id == FactId::subnet) bits = std::max(bits, query.value_of(ref).present - 1);
  }
  return static_cast<std::uint8_t>(bits);
}

KeptAnswer* assemble(const Reply& reply, const AnswerKey& key, const Sections& sections,
                     const std::vector<std::uint16_t>& ttls) {
  const auto body = sections.message.subspan(sections.body);
  const auto& why = reply.explanation();
  const auto text_size = why ? std::min<std::size_t>(why->second.size(), 200) : 0;
  auto* answer =
      KeptAnswer::make({static_cast<std::uint16_t>(key.bytes().size()), static_cast<std::uint16_t>(body.size()),
                        static_cast<std::uint16_t>(ttls.size()), static_cast<std::uint16_t>(text_size)});
  std::ranges::copy(key.bytes(), answer->key().begin());
  std::ranges::copy(body, answer->octets().begin());
  for (std::size_t i = 0; i < ttls.size(); ++i) answer->set_ttl_offset(i, ttls[i]);
  if (text_size) std::memcpy(answer->ede_text().data(), why->second.data(), text_size);
  answer->hash = key.hash();
  answer->counts[0] = static_cast<std::uint16_t>(reply.answers().size());
  answer->counts[1] = static_cast<std::uint16_t>(reply.authorities().size());
  answer->counts[2] = static_cast<std::uint16_t>(reply.additionals().size());
  answer->answer_end = static_cast<std::uint16_t>(sections.answer_end - sections.body);
  answer->authority_end = static_cast<std::uint16_t>(sections.authority_end - sections.body);
  return answer;
}

}  // namespace

Encoded encode(const Reply& reply, const Query& query, AnswerKey& key, const ServeRecord& record,
               const CacheConfig& rules, MonotonicTime now) {
  const auto life = lifetime_of(reply, record, rules);
  const auto count = reply.answers().size() + reply.authorities().size() + reply.additionals().size();
  const auto facts = facts_of(record, reply);
  key.narrow_to(query, facts.refs());

  Sections sections;
  thread_local std::vector<std::uint16_t> ttls;
  ttls.clear();
  if (!write_sections(reply, query, rules, life, sections) || !find_ttls(sections, count, ttls)) {
    const auto failure = Reply::failure(EdeCode::other, "the answer does not fit into a message");
    return encode(failure, query, key, record, rules, now);
  }
  auto* answer = assemble(reply, key, sections, ttls);
  fill_says(*answer, reply, query);
  fill_dependencies(*answer, reply, key);
  answer->subnet_scope = reply.for_subnet() ? 128 : subnet_scope(facts, query);
  answer->ages = life.ages;
  answer->stored = now;
  answer->expires = now + life.ttl;
  answer->stale_until = answer->failed ? answer->expires : answer->expires + rules.serve_stale;
  // Facts beyond the last place are not written down, so nobody else can be shown to have the same ones.
  const bool shared = reply.keeping() != Reply::Keeping::never && !record.reads.overflowed();
  return {KeptAnswerRef::adopt(answer), facts, life.keep, shared};
}

}  // namespace harbinger
