// Which hints a client gets, and why it does not get the others.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/foresight.h>
#include <harbinger/hints.h>
#include <harbinger/persona.h>
#include <harbinger/token_budget.h>

namespace harbinger::prefetch {

/// What stands against a hint.
enum class Held : std::uint8_t {
  no,
  save_data,    ///< the client asked for none
  persona,      ///< clients of this persona get none
  pressure,     ///< links or endpoints are in trouble
  endpoint,     ///< whoever serves it is down or full
  unlikely,     ///< below the confidence floor
  skipped,      ///< on the skip list
  not_served,   ///< not of the zones of this server block
  for_another,  ///< one client alone ever asked for it, and it is not this one
  just_had,     ///< among the client's latest resources
  fragment,     ///< a part of a resource, and the client takes none
  too_many,     ///< more than were asked for
  too_large,    ///< more octets than were asked for
  client_budget,
  resource_budget,
  global_budget,
  limit
};
std::string_view to_string(Held held);

struct HintPolicy {
  double floor = 0.2;  ///< least probability that the resource is wanted soon
  std::size_t most = 4;
  std::vector<std::string> skip{};   ///< patterns: see matches_pattern
  std::vector<std::string> zones{};  ///< hints stay within these; lower case, without the last dot
};

/// Who asks, and where that client stands.
struct HintAsking {
  HintRequest request{};
  ClientKey client = 0;
  PersonaId persona = 0;
  const PersonaProfile* profile = nullptr;  ///< of the persona, if it has one: goes before the policy
  std::uint64_t current = 0;                ///< what it asks for now
  RecentResources::Trail trail{};
  float pressure = 0;
  float goes_on = 1;  ///< in the middle of a resource in fragments: the probability that the client wants more
  MonotonicTime now;
};

struct HintCandidate {
  ServedTable::Successor successor{};
  std::uint64_t hash = 0;
  Held held = Held::no;
};

/// Most likely first.
struct HintChoice {
  static constexpr std::size_t kMost = 16;
  std::array<HintCandidate, kMost> candidates{};
  std::size_t count = 0;
  double floor = 0;       ///< that was applied
  double calm_floor = 0;  ///< that would be without pressure and wishes
  std::size_t most = 0;
  std::size_t wanted = 0;  ///< how many it would be without pressure
};

/// Thread-safe; no lock, no allocation.
class HintChooser {
 public:
  HintChooser(HintPolicy policy, const TokenBudget::Settings& budgets) : policy_(std::move(policy)), budget_(budgets) {}

  /// Weighs what `served` says. Hints that nothing stands against take from the budgets when `spend` says so.
  void choose(const ServedTable& served, const HintAsking& asking, bool spend, HintChoice& out) noexcept;

  /// What the budgets would let through now.
  TokenBudget::Left left(TokenBudget::Limit which, std::uint64_t key, MonotonicTime now) const noexcept {
    return budget_.left(which, key, now);
  }
  const HintPolicy& policy() const { return policy_; }
  /// As the resolver of this block's names needs it: skip list and zones.
  bool allows(std::string_view resource) const noexcept { return !skips(resource) && serves(resource); }

 private:
  Held weigh(const HintAsking& asking, const HintCandidate& candidate, const HintChoice& choice) const noexcept;
  void set_limits(const HintAsking& asking, HintChoice& out) const noexcept;
  Held take(const HintAsking& asking, const HintCandidate& candidate) noexcept;
  bool skips(std::string_view resource) const noexcept;
  bool serves(std::string_view resource) const noexcept;

  const HintPolicy policy_;
  TokenBudget budget_;
};

/// A candidate as a hint; fragments ("URL#offset+length") as a resource with a range.
Hint to_hint(const HintCandidate& candidate) noexcept;

}  // namespace harbinger::prefetch
