#include "orchestrate/act_tokens.h"

#include <algorithm>
#include <bit>

namespace harbinger::orchestrate {
namespace {

constexpr std::uint64_t kFirstGapMs = 500, kFirstLatencyMs = 8;

// Bucket 0 is for what is not told.
std::uint16_t hashed(std::string_view word, Sign sign) noexcept {
  if (word.empty()) return 0;
  const auto buckets = kBuckets[static_cast<std::size_t>(sign)];
  return static_cast<std::uint16_t>(1 + resource_hash(word.substr(0, Activity::kMostText)) % (buckets - 1u));
}

std::uint16_t pair_of(std::string_view verb, std::string_view kind) noexcept {
  if (verb.empty() && kind.empty()) return 0;
  const auto both = resource_hash(verb.substr(0, Activity::kMostText)) * 31 +
                    std::rotl(resource_hash(kind.substr(0, Activity::kMostText)), 17);
  return static_cast<std::uint16_t>(1 + both % (kBuckets[0] - 1u));
}

// 1 up to `first`, then one more for each octave.
std::uint8_t octaves(std::uint64_t value, std::uint64_t first, Sign sign) noexcept {
  const auto most = kBuckets[static_cast<std::size_t>(sign)] - 1;
  return static_cast<std::uint8_t>(std::min<int>(most, 1 + std::bit_width(value / first)));
}

Span octave(std::uint16_t bucket, std::uint64_t first) noexcept {
  if (bucket <= 1) return {0, first};
  return {first << (bucket - 2), first << (bucket - 1)};
}

std::uint8_t hour_of(UnixMillis at) noexcept {
  constexpr UnixMillis kPart = 3 * 3'600'000, kDay = 24 * 3'600'000;
  return static_cast<std::uint8_t>(1 + (at % kDay + kDay) % kDay / kPart);
}

std::uint8_t used_of(const Activity& act) noexcept {
  const float used = std::max(act.used_cpu, act.used_memory);
  if (!(used >= 0)) return 0;
  return static_cast<std::uint8_t>(1 + std::min(5.0F, used * 5));
}

std::array<std::uint16_t, kSigns> buckets_of(const KnownAct& act) noexcept {
  return {act.pair,    act.verb,    act.kind,        act.scope, act.machine, act.image, act.security, act.source,
          act.outcome, act.repeats, act.actor_class, act.gap,   act.latency, act.hour,  act.used};
}

}  // namespace

std::uint16_t KnownAct::bucket(Sign sign) const noexcept { return buckets_of(*this)[static_cast<std::size_t>(sign)]; }

KnownAct known_act(const Activity& act, const KnownAct* before, UnixMillis before_at) noexcept {
  KnownAct known;
  known.pair = pair_of(act.verb, act.kind);
  known.verb = hashed(act.verb, Sign::verb);
  known.kind = hashed(act.kind, Sign::kind);
  known.scope = hashed(act.scope, Sign::scope);
  known.source = static_cast<std::uint8_t>(hashed(act.source, Sign::source));
  if (act.asks != nullptr) {
    known.machine = hashed(act.asks->machine, Sign::machine);
    known.image = static_cast<std::uint8_t>(hashed(act.asks->image, Sign::image));
    known.security = static_cast<std::uint8_t>(hashed(act.asks->security, Sign::security));
  }
  known.outcome = static_cast<std::uint8_t>(1 + (static_cast<unsigned>(act.outcome) & 3u) * 2 + (act.changes ? 1 : 0));
  known.actor_class = std::min<std::uint8_t>(static_cast<std::uint8_t>(act.actor_class), 5);
  known.hour = hour_of(act.at);
  known.used = used_of(act);
  if (act.latency_ms > 0) known.latency = octaves(act.latency_ms, kFirstLatencyMs, Sign::latency);
  if (before == nullptr) return known;
  const auto gap = act.at > before_at ? static_cast<std::uint64_t>(act.at) - static_cast<std::uint64_t>(before_at) : 0;
  known.gap = octaves(gap, kFirstGapMs, Sign::gap);
  known.repeats = known.pair == before->pair ? 1 : 0;
  return known;
}

KnownAct act_of(const std::array<std::uint16_t, kSigns>& buckets) noexcept {
  const auto small = [&](Sign sign) { return static_cast<std::uint8_t>(buckets[static_cast<std::size_t>(sign)]); };
  KnownAct act;
  act.pair = buckets[static_cast<std::size_t>(Sign::pair)];
  act.verb = buckets[static_cast<std::size_t>(Sign::verb)];
  act.kind = buckets[static_cast<std::size_t>(Sign::kind)];
  act.scope = buckets[static_cast<std::size_t>(Sign::scope)];
  act.machine = buckets[static_cast<std::size_t>(Sign::machine)];
  act.image = small(Sign::image);
  act.security = small(Sign::security);
  act.source = small(Sign::source);
  act.outcome = small(Sign::outcome);
  act.repeats = small(Sign::repeats);
  act.actor_class = small(Sign::actor_class);
  act.gap = small(Sign::gap);
  act.latency = small(Sign::latency);
  act.hour = small(Sign::hour);
  act.used = small(Sign::used);
  return act;
}

ActTokens tokens_of(const KnownAct& act) noexcept {
  ActTokens tokens;
  const auto buckets = buckets_of(act);
  std::uint16_t first = 0;
  for (std::size_t i = 0; i < kSigns; ++i) {
    if (buckets[i] != 0) tokens.at[tokens.count++] = static_cast<std::uint16_t>(first + buckets[i]);
    first = static_cast<std::uint16_t>(first + kBuckets[i]);
  }
  return tokens;
}

std::uint16_t token_of(Sign sign, std::uint16_t bucket) noexcept {
  std::size_t first = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(sign); ++i) first += kBuckets[i];
  return static_cast<std::uint16_t>(first + bucket);
}

SignPlace place_of(std::uint16_t token) noexcept {
  std::size_t i = 0;
  while (i + 1 < kSigns && token >= kBuckets[i]) token = static_cast<std::uint16_t>(token - kBuckets[i++]);
  return {static_cast<Sign>(i), token};
}

Span gap_span(std::uint16_t bucket) noexcept { return octave(bucket, kFirstGapMs); }
Span latency_span(std::uint16_t bucket) noexcept { return octave(bucket, kFirstLatencyMs); }

}  // namespace harbinger::orchestrate
