#include "orchestrate/need_user.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "orchestrate/context_counts.h"

namespace harbinger::orchestrate {
namespace {

constexpr float kUsePace = 0.2F;

template <class T, std::size_t n>
void put_first(std::array<T, n>& list, const T& value) {
  std::shift_right(list.begin(), list.end(), 1);
  list[0] = value;
}

// 0: not told; then ten levels.
std::uint64_t level(float share) {
  return share < 0 ? 0 : 1 + static_cast<std::uint64_t>(std::min(share, 1.0F) * 9.99F);
}

// In thirds of octaves below a minute and octaves beyond; so both bursts and habits of days are told apart.
std::uint64_t gap_level(double milliseconds) {
  return static_cast<std::uint64_t>(std::clamp(std::log2(std::max(milliseconds, 1.0) / 100 + 1), 0.0, 40.0));
}

std::uint64_t attributes_hash(const UserAttributes& who) {
  std::uint64_t hash = 1;
  for (const auto& belief : who.beliefs) hash = context_of(hash, belief.confidence < 0.5F ? 9 : belief.value);
  return hash;
}

std::uint64_t hour_of(UnixMillis at) { return static_cast<std::uint64_t>(at) / 3'600'000 % 24; }
// 1970-01-01 was a Thursday.
std::uint64_t weekend(UnixMillis at) { return (static_cast<std::uint64_t>(at) / 86'400'000 + 3) % 7 >= 5 ? 1 : 0; }

}  // namespace

void NeedUser::acted(const Activity& act, UnixMillis at) {
  put_first(acts, context_of(hash_of(act.verb), hash_of(act.kind)));
  put_first(trail, TellingActs::place_of(acts[0]));
  manner = context_of(hash_of(act.source), static_cast<int>(act.actor_class));
  outcome = static_cast<std::uint8_t>(act.outcome);
  last_act = std::max(last_act, at);
  ++since_ask;
}

void NeedUser::told(const TellingActs& acts_that_tell) {
  const auto at = acts_that_tell.most_telling(trail);
  telling = at < trail.size() ? trail[at] : 0;
  told_ago = static_cast<std::uint8_t>(at);
}

bool NeedUser::sane() const noexcept {
  return telling < TellingActs::kPlaces &&
         std::ranges::all_of(trail, [](std::uint16_t place) { return place < TellingActs::kPlaces; });
}

void NeedUser::used(const Activity& act) {
  const auto blend = [&](float& usual, float seen) {
    if (!(seen >= 0)) return;
    seen = std::min(seen, 1.0F);
    usual = usual < 0 ? seen : usual + kUsePace * (seen - usual);
  };
  blend(used_cpu, act.used_cpu);
  blend(used_memory, act.used_memory);
  if (act.used_cpu >= 0 || act.used_memory >= 0) reports = static_cast<std::uint8_t>(std::min(reports + 1, 255));
}

void NeedUser::asked_for(const NeedWords& words, UnixMillis at) {
  run = asked != 0 && needs[0] == words ? run + 1 : 1;
  put_first(needs, words);
  if (asked != 0 && at > last_ask) {
    const auto gap = static_cast<float>(at - last_ask);
    usual_gap = usual_gap <= 0 ? gap : usual_gap + 0.3F * (gap - usual_gap);
  }
  last_ask = std::max(last_ask, at);
  ++asked;
  since_ask = 0;
  trail = {}, telling = 0, told_ago = 0;
}

std::array<std::uint64_t, kNeedInputs> need_contexts(const NeedSituation& now, NeedField field, std::uint64_t before) {
  const auto& user = *now.user;
  const auto at = static_cast<std::size_t>(field);
  const auto n1 = hash_of(user.needs[0]), n2 = hash_of(user.needs[1]), n3 = hash_of(user.needs[2]);
  const auto asked = std::min(user.asked, 4U);
  const auto who = attributes_hash(*now.who);
  const auto hour = hour_of(now.now);
  const auto gap = user.last_ask == 0 ? 63 : gap_level(static_cast<double>(now.now - user.last_ask));
  // What was asked for is known as far as it goes: nobody has four needs behind him after two.
  const auto needs = [&](std::uint64_t kind, std::uint32_t least, std::uint64_t hash) {
    return asked < least ? 0 : context_of(kind, before, hash);
  };
  const auto told = [&](std::uint64_t kind, std::uint64_t whose) {
    return user.telling == 0 ? 0 : context_of(kind, before, user.telling, whose);
  };
  return {
      context_of(1, before),
      needs(2, 1, n1),
      needs(3, 2, context_of(n1, n2)),
      needs(4, 3, context_of(n1, n2, n3)),
      context_of(5, before, now.actor),
      needs(6, 1, context_of(now.actor, n1)),
      needs(7, 1, context_of(now.actor, user.needs[0][at], std::min(user.run, 8U))),
      now.who->cluster == 0 ? 0 : context_of(8, before, now.who->cluster, user.needs[0][at]),
      context_of(9, before, who),
      context_of(10, before, user.acts[0], user.manner, user.outcome),
      context_of(11, before, user.acts[0], user.acts[1], user.acts[2]),
      context_of(12, before, now.actor, hour / 3, weekend(now.now)),
      context_of(13, before, hour, weekend(now.now)),
      user.reports == 0 ? 0 : context_of(14, before, level(user.used_cpu), level(user.used_memory), user.needs[0][at]),
      context_of(15, before, level(now.load.cpu) / 3, level(now.load.memory) / 3, user.needs[0][at], gap / 3),
      told(16, 0),
      told(17, who),
      told(18, now.actor),
  };
}

std::span<const std::string_view> need_input_names() noexcept {
  static constexpr std::array<std::string_view, kNeedInputs + 1> kNames{
      "what everybody asks for",
      "what follows the last need",
      "what follows the last two needs",
      "what follows the last three needs",
      "what this user asks for",
      "what follows this user's last need",
      "how often in a row the user asked for the same",
      "what users of this cluster ask for",
      "what users of this skill, use case, sensitivity and security ask for",
      "what follows the last act",
      "what follows the last three acts",
      "what this user asks for at this time of day",
      "what is asked for at this hour",
      "how much was used of what the user has",
      "the system's load and the time since the last need",
      "the act that tells most since the last need",
      "that act, of users of this skill, use case, sensitivity and security",
      "that act, of this user",
      "the needs before, longest match first"};
  return kNames;
}

std::array<std::uint64_t, kTimingInputs> timing_contexts(const NeedSituation& now, double horizon_ms) {
  const auto& user = *now.user;
  const auto since = [&](UnixMillis then) {
    return then == 0 ? 40
                     : gap_level(100 * 16 * static_cast<double>(std::max<UnixMillis>(now.now - then, 0)) / horizon_ms);
  };
  const auto idle = since(user.last_act), unasked = since(user.last_ask);
  const auto due = user.usual_gap <= 0 ? std::uint64_t{40}
                                       : static_cast<std::uint64_t>(std::min(
                                             8 * static_cast<double>(now.now - user.last_ask) / user.usual_gap, 39.0));
  const auto gap = gap_level(100 * 16 * static_cast<double>(user.usual_gap) / horizon_ms);
  const auto acts = std::min(user.since_ask, 12U);
  const auto known = std::min(user.asked, 3U);
  return {
      context_of(21, idle),
      context_of(22, idle, user.acts[0]),
      context_of(23, idle, user.acts[0], user.acts[1]),
      context_of(24, idle, user.acts[0], user.acts[1], user.acts[2]),
      context_of(25, now.actor, idle),
      context_of(26, now.actor, acts, idle / 2),
      context_of(27, gap, due, idle / 3),
      context_of(28, gap, unasked, known),
      context_of(29, acts, user.acts[0], idle / 3),
      now.who->cluster == 0 ? 0 : context_of(30, now.who->cluster, acts, idle / 2),
      context_of(31, attributes_hash(*now.who), idle, std::min(acts, 3U)),
      context_of(32, hour_of(now.now), weekend(now.now), idle / 3, known),
      context_of(33, user.telling, user.told_ago, idle / 2),
      context_of(34, user.telling != 0, user.told_ago, idle),
  };
}

std::array<std::uint32_t, 2> need_selectors(const NeedUser& user) {
  return {std::min<std::uint32_t>(static_cast<std::uint32_t>(std::bit_width(user.asked)), kKnownLevels - 1),
          std::min(user.run, kRunLevels - 1)};
}

}  // namespace harbinger::orchestrate
