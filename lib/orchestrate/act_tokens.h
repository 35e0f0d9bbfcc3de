// What is kept of an act to tell users apart by: hashes and buckets, no text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// The kinds of signs that an act shows.
enum class Sign : std::uint8_t {
  pair,  ///< verb and kind together
  verb,
  kind,
  scope,
  machine,  ///< of what is asked for; likewise the next two
  image,
  security,
  source,
  outcome,  ///< and whether it changes something
  repeats,  ///< verb and kind are those of the act before
  actor_class,
  gap,      ///< logarithm of the time since the act before
  latency,  ///< logarithm
  hour,     ///< a three-hour part of the day, UTC
  used,     ///< what a resource was seen to use, in fifths
  limit
};
inline constexpr std::size_t kSigns = static_cast<std::size_t>(Sign::limit);
/// How many buckets each kind has. Bucket 0 stands for what was not told, and for no repetition.
inline constexpr std::array<std::uint16_t, kSigns> kBuckets{2048, 512, 512, 512, 512, 256, 256, 32,
                                                            9,    2,   6,   16,  16,  9,   7};

/// An act as it is remembered: a bucket for each kind of sign.
struct KnownAct {
  std::uint16_t pair = 0, verb = 0, kind = 0, scope = 0, machine = 0;
  std::uint8_t image = 0, security = 0, source = 0, outcome = 0, repeats = 0, actor_class = 0, gap = 0, latency = 0,
               hour = 0, used = 0;

  std::uint16_t bucket(Sign sign) const noexcept;
  friend bool operator==(const KnownAct&, const KnownAct&) = default;
};

/// `before`: the user's act before and its time, null when there was none. Texts of any octets. Pure.
KnownAct known_act(const Activity& act, const KnownAct* before, UnixMillis before_at) noexcept;
/// One with these buckets, each below kBuckets.
KnownAct act_of(const std::array<std::uint16_t, kSigns>& buckets) noexcept;

/// All buckets of all kinds have numbers, one after the other.
inline constexpr std::size_t kTokens = [] {
  std::size_t all = 0;
  for (const auto buckets : kBuckets) all += buckets;
  return all;
}();

/// The signs of one act, by number; what was not told is not among them.
struct ActTokens {
  std::array<std::uint16_t, kSigns> at{};
  std::size_t count = 0;
  const std::uint16_t* begin() const { return at.data(); }
  const std::uint16_t* end() const { return at.data() + count; }
};
ActTokens tokens_of(const KnownAct& act) noexcept;
std::uint16_t token_of(Sign sign, std::uint16_t bucket) noexcept;

struct SignPlace {
  Sign sign = Sign::limit;
  std::uint16_t bucket = 0;
};
/// `token` < kTokens.
SignPlace place_of(std::uint16_t token) noexcept;

/// The shortest and longest time that falls into a bucket of gaps or latencies, in milliseconds.
struct Span {
  std::uint64_t from = 0, to = 0;
};
Span gap_span(std::uint16_t bucket) noexcept;
Span latency_span(std::uint16_t bucket) noexcept;

}  // namespace harbinger::orchestrate
