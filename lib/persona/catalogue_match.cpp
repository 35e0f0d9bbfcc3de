// Who fits an entry: by rule at once, by ranges as well as may be.
#include "persona/catalogue.h"

#include <algorithm>
#include <cmath>

#include <harbinger/foresight.h>
#include "persona/catalogue_grammar.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostUserAgent = 512;  // what is longer is compared by its beginning

// In lower case, without allocating.
class Lowered {
 public:
  explicit Lowered(std::string_view text) noexcept : size_(std::min(text.size(), kMostUserAgent)) {
    std::ranges::transform(text.substr(0, size_), octets_.begin(), [](char each) {
      return each >= 'A' && each <= 'Z' ? static_cast<char>(each + ('a' - 'A')) : each;
    });
  }
  std::string_view text() const noexcept { return {octets_.data(), size_}; }

 private:
  std::size_t size_;
  std::array<char, kMostUserAgent> octets_;
};

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) noexcept {
  return patterns.empty() || (!text.empty() && std::ranges::any_of(patterns, [&](const auto& pattern) {
           return matches_pattern(pattern, text);
         }));
}

template <class T, class Value>
bool any_is(const std::vector<T>& list, const Value& value) noexcept {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

// How far outside, in steps at which an entry fits 1/e times as well: a sixth of all acts, or a factor of two.
float steps_outside(const FeatureRange& range, float value) noexcept {
  constexpr float kShareStep = 1.0F / 6, kSmall = 1e-3F, kMost = 1.75F;
  const float bound = std::clamp(value, range.low, range.high);
  const float steps = is_share(range.feature)
                          ? (value - bound) / kShareStep
                          : std::log2((std::max(value, 0.0F) + kSmall) / (std::max(bound, 0.0F) + kSmall));
  return std::min(std::abs(steps), kMost);
}

struct Fit {
  float fit = 0;   // 0..1
  float rank = 0;  // of those that fit alike, the one that says more comes first
};

// The mean is one of logarithms, so that one range that is missed by far is not outweighed by a few that are met.
Fit fit_of(const CatalogueEntry& entry, const Features& features) noexcept {
  constexpr float kUnknownCosts = 0.5F, kModesty = 0.5F;
  float all = 0, known = 0, outside = 0;
  for (const auto& range : entry.ranges) {
    all += range.weight;
    const float value = features[static_cast<std::size_t>(range.feature)];
    if (!std::isfinite(value)) continue;
    known += range.weight;
    const float steps = steps_outside(range, value);
    outside += range.weight * steps * steps;
  }
  if (known <= 0) return {};
  const float fit = std::exp(-outside / known) * (1 - kUnknownCosts * (all - known) / all);
  return {fit, fit * known / (known + kModesty)};
}

}  // namespace

const CatalogueEntry* Catalogue::by_rule(const PersonaAsk& ask) const noexcept {
  const Lowered user_agent(ask.user_agent);
  const auto holds = [&](const CatalogueRule& rule) {
    return any_is(rule.devices, ask.device) && any_is(rule.networks, ask.network) &&
           any_matches(rule.names, ask.name) && any_matches(rule.user_agents, user_agent.text());
  };
  for (const auto& entry : entries_)
    if (std::ranges::any_of(entry.rules, holds)) return &entry;
  return nullptr;
}

Catalogue::Match Catalogue::match(const Features& features) const noexcept {
  constexpr float kLeast = 0.5F;
  Match best;
  float rank = 0;
  for (const auto& entry : entries_) {
    const auto fit = fit_of(entry, features);
    if (fit.fit < kLeast || fit.rank <= rank) continue;
    best = {&entry, fit.fit};
    rank = fit.rank;
  }
  return best;
}

}  // namespace harbinger::persona
