#include "plugins/prefetch/ahead.h"

#include <algorithm>
#include <memory>

#include <harbinger/resource_text.h>

namespace harbinger::prefetch {

namespace {

// The usual way is 0.
constexpr std::uint8_t kNoRecursion = 1, kNoChecking = 2, kDnssec = 4;

std::optional<AheadQuestion> question_of(const Foresight::Ahead& what) {
  const auto name = Name::parse(what.name);
  if (!name) return std::nullopt;
  AheadQuestion question{*name, static_cast<RRType>(what.type)};
  question.recursion_desired = !(what.variant & kNoRecursion);
  question.checking_disabled = what.variant & kNoChecking;
  question.dnssec_ok = what.variant & kDnssec;
  return question;
}

Foresight::Resolved resolved_of(const AheadAnswer& answer) {
  using From = AheadAnswer::Outcome;
  using To = Foresight::Resolved::Outcome;
  if (answer.outcome == From::not_kept || (answer.outcome == From::kept && !answer.ages)) return {To::pointless, 0};
  if (answer.outcome == From::kept) return {To::kept, answer.ttl_s};
  if (answer.outcome == From::under_way) return {To::under_way, 0};
  return {To::failed, 0};
}

std::size_t most_labels_around(std::string_view name, const std::vector<std::string>& zones) {
  std::size_t most = 0;
  for (const auto& zone : zones)
    if (is_within(name, zone))
      most = std::max(most, zone.empty() ? 1 : 2 + static_cast<std::size_t>(std::ranges::count(zone, '.')));
  return most;
}

}  // namespace

std::uint8_t variant_of(const Query& query) noexcept {
  return static_cast<std::uint8_t>((query.recursion_desired() ? 0 : kNoRecursion) |
                                   (query.checking_disabled() ? kNoChecking : 0) | (query.dnssec_ok() ? kDnssec : 0));
}

Foresight::Resolver make_resolver(const PluginContext& context, const HintChooser& chooser,
                                  const TokenBudget::Settings& budgets, bool only_count) {
  using Began = Foresight::Began;
  const auto budget = std::make_shared<TokenBudget>(budgets);
  Foresight::Resolver resolver;
  resolver.covers = [&chooser](std::string_view name) {
    return chooser.allows(name) ? most_labels_around(name, chooser.policy().zones) : 0;
  };
  resolver.resolve = [&context, budget, only_count](const Foresight::Ahead& what,
                                                    std::function<void(const Foresight::Resolved&)> done) {
    const auto question = question_of(what);
    if (!question) return Began::no;
    if (only_count) return Began::only_counted;
    if (budget->take(0, resource_hash(what.name), 0, context.clock->now()) != TokenBudget::Limit::none)
      return Began::throttled;
    const bool began = context.resolve_ahead(
        *question, [done = std::move(done)](const AheadAnswer& answer) { done(resolved_of(answer)); });
    return began ? Began::yes : Began::no;
  };
  return resolver;
}

}  // namespace harbinger::prefetch
