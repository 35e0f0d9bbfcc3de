// The refresh planner: what one question and one look costs, and how fast it is rebuilt from a day of accesses.
#include <benchmark/benchmark.h>

#include <harbinger/refresh_planner.h>

#include "learn/synthetic_day.h"

namespace harbinger {
namespace {

const DnsFeed& day() {
  static const DnsFeed feed = make_synthetic_day({});
  return feed;
}

Access access_of(const FeedQuestion& question, UnixMillis later) {
  const auto& record = day().records[question.record];
  Access access;
  access.at = question.at + later;
  access.client = question.client;
  access.resource = record.name;
  access.type = record.type;
  access.outcome = question.negative ? Outcome::not_found : Outcome::served;
  access.ttl_s = question.ttl_s;
  return access;
}

// A question as it comes in a day, and the planning between questions. The planner has seen one day before.
void refresh_asked_and_planned(benchmark::State& state) {
  const auto planner = make_refresh_planner();
  std::vector<RefreshPlanner::Wish> wishes;
  std::size_t next = 0;
  UnixMillis later = 0;
  const auto step = [&] {
    const Access access = access_of(day().questions[next], later);
    planner->asked(access);
    wishes.clear();
    planner->plan(access.at, wishes);
    for (const auto& wish : wishes) planner->resolved(wish.name, wish.type, 60, access.at);
    if (++next == day().questions.size()) {
      next = 0;
      later += 86'400'000;
    }
  };
  for (std::size_t i = 0; i < day().questions.size(); ++i) step();
  for (auto _ : state) step();
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(planner->state().bytes);
}

// After a restart: the accesses of a whole day, without planning in between.
void refresh_rebuilt_from_a_day(benchmark::State& state) {
  for (auto _ : state) {
    const auto planner = make_refresh_planner();
    for (const auto& question : day().questions) planner->asked(access_of(question, 0));
    benchmark::DoNotOptimize(planner->state());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(day().questions.size()));
}

BENCHMARK(refresh_asked_and_planned);
BENCHMARK(refresh_rebuilt_from_a_day)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger
