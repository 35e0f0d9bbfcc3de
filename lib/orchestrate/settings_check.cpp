#include "orchestrate/settings_check.h"

#include <cmath>
#include <set>

#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

namespace {

bool is_cost(double value) { return std::isfinite(value) && value >= 0; }

Result<void> check_kind(const KindSettings& kind, const OrchestrationEngine::World& world) {
  const auto of = "kind '" + kind.kind + "'";
  if (kind.kind.empty()) return fail(ErrorCode::malformed, "a kind has no name; acts and claims name kinds by it");
  if (!world.targets.contains(kind.target)) {
    std::string words;
    for (const auto& [name, target] : world.targets) words.append(words.empty() ? "" : ", ").append(name);
    return fail(ErrorCode::not_found, of + " has target '" + kind.target + "', which is not there; there are " +
                                          (words.empty() ? "none" : words));
  }
  if (!is_cost(kind.cold_cost) || !is_cost(kind.idle_cost))
    return fail(ErrorCode::malformed, of + " has a cost below 0, or one that is no number; 0 or more would be right");
  if (kind.ready_within <= Duration(0))
    return fail(ErrorCode::malformed, of + " is to be ready within no time; more than 0 s would be right");
  return {};
}

Result<void> check_budgets(const OrchestrationEngine::Settings& settings) {
  if (std::isnan(settings.budgets.cost_per_hour) || settings.budgets.cost_per_hour < 0)
    return fail(ErrorCode::malformed, "the budget of cost per hour is below 0, or no number; 0 or more would be right");
  if (settings.budgets.per_user > settings.budgets.resources)
    return fail(ErrorCode::malformed, "the budget of one user, " + std::to_string(settings.budgets.per_user) +
                                          ", is more than that of all, " + std::to_string(settings.budgets.resources) +
                                          "; at most as much would be right");
  return {};
}

Result<void> check_times(const OrchestrationEngine::Settings& settings) {
  const std::pair<const char*, Duration> times[] = {{"round", settings.round},
                                                    {"unused after", settings.unused_after},
                                                    {"approval within", settings.approval_within}};
  for (const auto& [name, time] : times)
    if (time <= Duration(0))
      return fail(ErrorCode::malformed, std::string(name) + " is no time; more than 0 s would be right");
  if (settings.cool_down < Duration(0)) return fail(ErrorCode::malformed, "the cool-down is below 0 s");
  if (settings.users == 0 || settings.queue == 0 || settings.history == 0)
    return fail(ErrorCode::malformed, "users, queue and history are at least 1");
  return {};
}

}  // namespace

Result<void> check(const OrchestrationEngine::Settings& settings, const OrchestrationEngine::World& world) {
  if (!world.clock || !world.metrics || !world.attributes || !world.needs)
    return fail(ErrorCode::malformed, "an engine needs a clock, metrics, a model of attributes and one of needs");
  for (const auto& [name, target] : world.targets)
    if (!target) return fail(ErrorCode::malformed, "target '" + name + "' is null");
  if (settings.kinds.size() >= ResourceDesk::kNoKind) return fail(ErrorCode::too_large, "too many kinds");
  std::set<std::string_view> names;
  for (const auto& each : settings.kinds) {
    if (auto checked = check_kind(each, world); !checked) return checked;
    if (!names.insert(each.kind).second)
      return fail(ErrorCode::conflict, "two kinds are called '" + each.kind + "'; each needs a name of its own");
  }
  if (auto checked = check_budgets(settings); !checked) return checked;
  return check_times(settings);
}

}  // namespace harbinger::orchestrate
