#include "orchestrate/orchestrate_metrics.h"

namespace harbinger::orchestrate {

namespace {

using Counts = ResourceDesk::Counts;

struct Row {
  const char* name;
  const char* help;
  std::uint64_t Counts::* count;
};
constexpr std::array kRows{
    Row{"hits_total", "Resources that were asked for and ready", &Counts::hits},
    Row{"misses_total", "Resources that were asked for and not ready", &Counts::misses},
    Row{"late_total", "Of the misses, those that were on their way", &Counts::late},
    Row{"wasted_total", "Resources that were made ahead and removed without having been asked for", &Counts::wasted},
    Row{"rolled_back_total", "Of the wasted, those that a forecast took back", &Counts::rolled_back},
    Row{"made_total", "Resources that became ready", &Counts::made},
    Row{"failed_total", "Resources that did not become ready, or were lost", &Counts::failed},
    Row{"echoes_total", "Acts that told of a claim that was known", &Counts::echoes},
    Row{"strays_total", "Resources of ours that nobody knew, and were removed", &Counts::strays},
    Row{"target_lies_total", "Resources that a target said it made, and did not have", &Counts::lies},
    Row{"target_hangs_total", "Calls that a target did not come back from in time", &Counts::hangs},
};

std::string full(const char* name) { return std::string("harbinger_orchestrate_") + name; }

}  // namespace

OrchestrateMetrics::OrchestrateMetrics(Metrics& metrics, const std::vector<std::string>& targets) {
  make_counters(metrics);
  make_gauges(metrics, targets);
}

void OrchestrateMetrics::make_counters(Metrics& metrics) {
  for (const auto& row : kRows) counters_.emplace_back(metrics.counter(full(row.name), row.help), row.count);
  for (std::size_t i = 1; i < kHolds; ++i)
    held_[i] = metrics.counter(full("held_total"), "Actions that were kept back, by what",
                               {{"by", std::string(to_string(static_cast<Hold>(i)))}});
  for (std::size_t kind = 0; kind < kKinds; ++kind)
    for (std::size_t state = 0; state < kStates; ++state)
      actions_[kind][state] = metrics.counter(full("actions_total"), "Actions that got to a state",
                                              {{"kind", std::string(to_string(static_cast<Action::Kind>(kind)))},
                                               {"state", std::string(to_string(static_cast<Action::State>(state)))}});
  acts = metrics.counter(full("acts_total"), "Acts of users that were heard");
}

void OrchestrateMetrics::make_gauges(Metrics& metrics, const std::vector<std::string>& targets) {
  const auto gauge = [&](const char* name, const char* help, auto& value, Labels labels = {}) {
    gauges_.push_back(
        metrics.gauge(full(name), help, [&value] { return static_cast<double>(value.load()); }, std::move(labels)));
  };
  gauge("lead_seconds", "Seconds that resources were ready before they were asked for, of all hits", lead_);
  gauge("idle_seconds", "Seconds that resources were ready and unused, of all since the start", idle_);
  gauge("cost", "What all resources cost since the start, in the operator's unit", cost_);
  gauge("users", "Users that are known", users);
  gauge("queue_shed", "Acts that did not fit into the queue", shed);
  gauge("halted", "1 while nothing more is made ahead, by order", halted_);
  for (std::size_t i = 0; i < kSteps; ++i)
    gauge("resources", "Resources by step", resources_[i],
          {{"step", std::string(to_string(static_cast<Resource::Step>(i)))}});
  gauge("waiting", "Actions that wait", waiting_[0], {{"state", "proposed"}});
  gauge("waiting", "Actions that wait", waiting_[1], {{"state", "held"}});
  for (const auto& target : targets)
    gauge("target_trouble", "1 while a target cannot work, or failed of late",
          *troubles_.emplace_back(std::make_unique<std::atomic<bool>>(false)), {{"target", target}});
}

void OrchestrateMetrics::desk(const ResourceDesk& desk) {
  const auto& now = desk.counts();
  const auto grow = [](const Counter& counter, std::uint64_t to, std::uint64_t from) {
    if (to > from) counter.add(to - from);
  };
  for (const auto& [counter, count] : counters_) grow(counter, now.*count, before_.*count);
  for (std::size_t i = 1; i < kHolds; ++i) grow(held_[i], now.held[i], before_.held[i]);
  before_ = now;
  halted_ = desk.halted();
  lead_ = now.lead_s;
  idle_ = now.idle_s;
  cost_ = now.cost;
  std::array<std::size_t, kSteps> steps{};
  desk.each([&](const DeskResource& each) { ++steps[static_cast<std::size_t>(each.what.step)]; });
  for (std::size_t i = 0; i < kSteps; ++i) resources_[i] = steps[i];
  waiting_[0] = desk.waiting(Action::State::proposed);
  waiting_[1] = desk.waiting(Action::State::held);
  for (std::size_t i = 0; i < troubles_.size(); ++i)
    *troubles_[i] = !desk.target_trouble(static_cast<std::uint16_t>(i)).empty();
}

void OrchestrateMetrics::action(const Action& action) {
  actions_[static_cast<std::size_t>(action.kind)][static_cast<std::size_t>(action.state)].add();
}

}  // namespace harbinger::orchestrate
