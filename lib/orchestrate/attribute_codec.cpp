// An attribute model as octets: a version, what is learnt, labels, words, users, and a check sum.
#include <bit>
#include <cmath>

#include "learn/record_octets.h"
#include "orchestrate/attribute_state.h"

namespace harbinger::orchestrate {
namespace {

using learn::RecordReader;
using learn::RecordWriter;

constexpr std::uint64_t kMagic = 0x31'52'54'54'41'42'48ULL;  // "HBATTR1"
constexpr std::uint64_t kMostLabels = LabelBook::kMost, kMostUsers = 10'000'000;

void put_number(RecordWriter& to, float value) { to.number(std::bit_cast<std::uint32_t>(value)); }

float take_real(RecordReader& from) {
  const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(from.number(UINT32_MAX)));
  from.good = from.good && std::isfinite(value) && std::abs(value) < 1e6F;
  return from.good ? value : 0;
}

float take_share(RecordReader& from) {
  const float value = take_real(from);
  from.good = from.good && value >= 0 && value <= 1;
  return value;
}

void put_act(RecordWriter& to, const KnownAct& act) {
  for (std::size_t sign = 0; sign < kSigns; ++sign) to.number(act.bucket(static_cast<Sign>(sign)));
}

KnownAct take_act(RecordReader& from) {
  std::array<std::uint16_t, kSigns> all{};
  for (std::size_t sign = 0; sign < kSigns; ++sign)
    all[sign] = static_cast<std::uint16_t>(from.number(kBuckets[sign] - 1u));
  return act_of(all);
}

void put_acts(RecordWriter& to, const std::vector<KnownAct>& acts) {
  to.number(acts.size());
  for (const auto& act : acts) put_act(to, act);
}

std::vector<KnownAct> take_acts(RecordReader& from) {
  std::vector<KnownAct> acts(from.number(LabelledUser::kMostActs));
  for (auto& act : acts) act = take_act(from);
  return acts;
}

void put_numbers(RecordWriter& to, const std::vector<float>& numbers) {
  to.number(numbers.size());
  for (const auto number : numbers) put_number(to, number);
}

// None, or as many as the reader has.
std::vector<float> take_numbers(RecordReader& from, std::size_t width) {
  const auto count = from.number(width);
  from.good = from.good && (count == 0 || count == width);
  std::vector<float> numbers(from.good ? count : 0);
  for (auto& number : numbers) number = take_real(from);
  return numbers;
}

// Rows of which most are nothing but zeros.
template <class Row>
void put_rows(RecordWriter& to, std::span<const Row> rows) {
  std::uint64_t count = 0;
  for (const auto& row : rows) count += row != Row{} ? 1 : 0;
  to.number(count);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == Row{}) continue;
    to.number(i);
    for (const auto number : rows[i]) put_number(to, number);
  }
}

template <class Row>
std::vector<Row> take_rows(RecordReader& from, std::size_t size) {
  std::vector<Row> rows(size);
  for (auto left = from.number(size); left > 0 && from.good; --left) {
    auto& row = rows[from.number(size - 1)];
    for (auto& number : row) number = take_real(from);
  }
  return rows;
}

void put_learnt(RecordWriter& to, const Learnt& learnt) {
  to.number(learnt.last_cluster);
  for (std::size_t i = 0; i < kAttributes; ++i) {
    put_number(to, learnt.by_kinds[i]);
    put_number(to, learnt.sharpness[i]);
  }
  for (std::size_t i = 0; i < kValues; ++i) to.number(learnt.heads.may_be(i) ? 1 : 0);
  to.number(learnt.heads.weights().size());
  put_rows(to, learnt.heads.weights());
  to.number(learnt.kinds.kinds().size());
  for (const auto& kind : learnt.kinds.kinds()) {
    to.number(kind.cluster);
    put_number(to, kind.share);
    for (const auto value : kind.values) put_number(to, value);
  }
  put_rows(to, learnt.kinds.logs());
}

void take_kinds(RecordReader& from, Learnt& learnt) {
  std::vector<UserKinds::Kind> kinds(from.number(UserKinds::kMost));
  for (auto& kind : kinds) {
    kind.cluster = static_cast<std::uint16_t>(from.number(UINT16_MAX));
    kind.share = take_share(from);
    from.good = from.good && kind.share > 0;
    for (auto& value : kind.values) value = take_share(from);
  }
  auto logs = take_rows<UserKinds::Logs>(from, kTokens);
  if (!kinds.empty() && from.good) learnt.kinds.adopt(std::move(kinds), std::move(logs));
}

void take_learnt(RecordReader& from, Learnt& learnt, std::size_t width) {
  learnt.last_cluster = static_cast<std::uint16_t>(from.number(UINT16_MAX));
  for (std::size_t i = 0; i < kAttributes; ++i) {
    learnt.by_kinds[i] = take_share(from);
    learnt.sharpness[i] = take_real(from);
    from.good = from.good && learnt.sharpness[i] >= 0.1F && learnt.sharpness[i] <= 10;
  }
  std::array<bool, kValues> may_be{};
  for (auto& one : may_be) one = from.number(1) != 0;
  const auto size = from.number(kTokens + width);
  from.good = from.good && (size == 0 || size == kTokens + width);
  auto weights = take_rows<ValueScores>(from, from.good ? kTokens + width : 1);
  if (size == 0) weights.clear();
  if (from.good) learnt.heads.adopt(std::move(weights), may_be);
  take_kinds(from, learnt);
  learnt.version = 1;
}

void put_labels(RecordWriter& to, const LabelBook& labels) {
  to.number(labels.all().size());
  for (const auto& user : labels.all()) {
    to.number(user.actor);
    for (const auto label : user.labels) to.number(label);
    put_acts(to, user.acts);
    put_numbers(to, user.hidden);
  }
}

void take_labels(RecordReader& from, LabelBook& labels, std::size_t width) {
  std::vector<LabelledUser> users;
  for (auto left = from.number(kMostLabels); left > 0 && from.good; --left) {
    auto& user = users.emplace_back();
    user.actor = from.number();
    for (std::size_t i = 0; i < kAttributes; ++i) {
      user.labels[i] = static_cast<std::uint8_t>(from.number(LabelledUser::kNone));
      from.good = from.good && (user.labels[i] == LabelledUser::kNone ||
                                user.labels[i] < values_of(static_cast<Attribute>(i)).size());
    }
    user.acts = take_acts(from);
    user.hidden = take_numbers(from, width);
  }
  labels.adopt(std::move(users));
}

void put_words(RecordWriter& to, const ActWords& words) {
  std::uint64_t count = 0;
  for (const auto& [token, word] : words.all()) count += word.shared ? 1 : 0;
  to.number(count);
  for (const auto& [token, word] : words.all()) {
    if (!word.shared) continue;
    to.number(token);
    to.text(word.text);
  }
}

void take_words(RecordReader& from, ActWords& words) {
  for (auto left = from.number(kTokens); left > 0 && from.good; --left) {
    const auto token = static_cast<std::uint16_t>(from.number(kTokens - 1));
    auto text = from.text();
    from.good = from.good && text.size() <= 2 * ActWords::kMostText + 1;
    words.put(token, std::move(text));
  }
}

void put_user(RecordWriter& to, const UserProfile& user) {
  to.number(user.actor);
  to.number(learn::zigzag(static_cast<std::uint64_t>(user.last_at)));
  to.number(user.heard);
  for (const auto told : user.told) to.number(told);
  put_acts(to, user.last_acts());
  put_numbers(to, user.hidden);
  put_numbers(to, user.hidden_mean);
}

void take_user(RecordReader& from, ProfileBook& users, std::size_t width) {
  auto& user = users.touch(from.number());
  user.last_at = static_cast<UnixMillis>(learn::unzigzag(from.number()));
  const auto heard = from.number(UINT64_MAX / 2);
  for (auto& told : user.told) told = static_cast<std::uint8_t>(from.number(UserProfile::kNone));
  const auto acts = take_acts(from);
  from.good = from.good && acts.size() == std::min<std::uint64_t>(heard, LabelledUser::kMostActs);
  user.heard = from.good ? heard - acts.size() : 0;
  for (const auto& act : acts) user.push(act);
  user.hidden = take_numbers(from, width);
  user.hidden_mean = take_numbers(from, width);
}

Error damaged(const char* how) {
  return {ErrorCode::malformed, std::string("what was learnt of users cannot be read: ") + how, {}};
}

}  // namespace

std::vector<std::uint8_t> encode_state(AttributeState& state, std::size_t most_users) {
  RecordWriter to;
  to.number(kMagic);
  to.number(state.learnt.heads.hidden_width());
  to.number(state.acts);
  to.number(state.changes);
  put_number(to, static_cast<float>(state.judged));
  put_number(to, static_cast<float>(state.wrong));
  put_learnt(to, state.learnt);
  put_labels(to, state.labels);
  put_words(to, state.words);
  std::vector<UserProfile*> users;
  for (auto* user = state.users.newest(); user != nullptr && users.size() < most_users;
       user = state.users.before(*user))
    users.push_back(user);
  to.number(users.size());
  // The longest idle first, so that it is so again when they are read.
  for (auto user = users.rbegin(); user != users.rend(); ++user) put_user(to, **user);
  const auto sum = resource_hash({reinterpret_cast<const char*>(to.octets.data()), to.octets.size()});
  to.octets.resize(to.octets.size() + sizeof sum);
  learn::put_word(to.octets.data() + to.octets.size() - sizeof sum, sum);
  return std::move(to.octets);
}

Result<void> decode_state(std::span<const std::uint8_t> octets, AttributeState& state) {
  if (octets.size() <= sizeof(std::uint64_t)) return fail(damaged("too few octets"));
  const auto content = octets.first(octets.size() - sizeof(std::uint64_t));
  if (resource_hash({reinterpret_cast<const char*>(content.data()), content.size()}) !=
      learn::get_word(octets.data() + content.size()))
    return fail(damaged("the check sum is another one"));
  RecordReader from{content};
  if (from.number() != kMagic) return fail(damaged("it is of another version"));
  const auto width = state.learnt.heads.hidden_width();
  if (from.number() != width)
    return fail(damaged("it was learnt with another network, or without one; it must be learnt anew"));
  state.acts = from.number();
  state.changes = from.number();
  state.judged = take_real(from);
  state.wrong = take_real(from);
  take_learnt(from, state.learnt, width);
  take_labels(from, state.labels, width);
  take_words(from, state.words);
  for (auto left = from.number(kMostUsers); left > 0 && from.good; --left) take_user(from, state.users, width);
  if (!from.whole()) return fail(damaged("a part of it cannot be"));
  return {};
}

}  // namespace harbinger::orchestrate
