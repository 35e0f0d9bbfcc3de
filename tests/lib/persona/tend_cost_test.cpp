// How long tending the clusters keeps the engine's thread. Hidden: figures are for people. `test_persona "[measure]"`
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <ctime>
#include <unordered_map>
#include <vector>

#include "persona/clusters.h"
#include "persona/planted.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Cost {
  double worst = 0, sum = 0;
  int times = 0, over_20_ms = 0;
  void add(double ms) {
    worst = std::max(worst, ms);
    sum += ms;
    ++times;
    over_20_ms += ms > 20;
  }
};

}  // namespace

TEST_CASE("what tending costs while clients come", "[.][measure]") {
  for (const std::size_t clients : {800, 2500}) {
    PlantedMixture mixture;
    mixture.clients = clients;
    const auto planted = plant(mixture);
    const auto clusters = make_clusters({}, Catalogue::defaults());
    std::vector<ClientProfile> profiles(clients);
    Cost cost;
    UnixMillis tended = 0;
    for (const auto& act : planted.acts) {
      const BehaviourEvent event{
          .client = act.client + ClientKey{1}, .at = act.at, .resource = act.resource, .action = act.action};
      auto& profile = profiles[act.client];
      clusters->take(profile, event, encode(event, clusters->last_at(profile)), 1);
      if (act.at - tended < 10'000)
        continue;  // rarer than in earnest, so that this takes seconds: the pauses are no shorter
      tended = act.at;
      const auto before = processor_ms();
      clusters->tend(act.at);
      cost.add(processor_ms() - before);
    }
    std::printf(
        "%6zu clients, %zu acts: tended %d times, %.2f ms of a processor each, at most %.1f, over 20 ms %d times\n",
        clients, planted.acts.size(), cost.times, cost.sum / cost.times, cost.worst, cost.over_20_ms);
    CHECK(cost.times > 0);
  }
}
