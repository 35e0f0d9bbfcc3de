#include "mirror/planner.h"

#include "mirror/planner_budget.h"
#include "mirror/planner_carry.h"
#include "mirror/planner_choice.h"
#include "mirror/planner_drops.h"
#include "mirror/planner_memory.h"
#include "mirror/planner_view.h"
#include "mirror/planner_worth.h"

namespace harbinger::mirror {

namespace {

double under_way(std::span<const Held> held) {
  double octets = 0;
  for (const auto& each : held)
    if (!each.published) octets += static_cast<double>(bytes_of(each.bytes));
  return octets;
}

class Planner final : public MirrorPlanner {
 public:
  Plan plan(std::span<const Demand> demands, std::span<const Server> servers, std::span<const Held> held,
            const MirrorSettings& settings, MonotonicTime now) override {
    Plan plan;
    PlanView view(servers, held, settings);
    const auto carried = carry_over_.expect(demands, view, settings, now);
    silences_.begin_plan();
    Drops({demands, carried, settings, now}, view, silences_, cool_downs_, plan).find();
    silences_.end_plan();
    budget_.begin(settings, under_way(held), now);
    Choice({demands, carried, settings, now}, view, budget_, cool_downs_, plan).make();
    return plan;
  }

  void pushed(std::uint64_t bytes, MonotonicTime now) override { budget_.pushed(bytes, now); }
  void served(std::uint64_t bytes, MonotonicTime now) override { budget_.served(bytes, now); }
  void failed(std::uint64_t resource, std::string_view cluster, std::string_view server, MonotonicTime now) override {
    cool_downs_.begin(mirror_key(resource, cluster, server), now);
  }

 private:
  PushBudget budget_;
  CoolDowns cool_downs_;
  Silences silences_;
  CarryOver carry_over_;
};

}  // namespace

std::unique_ptr<MirrorPlanner> MirrorPlanner::make() { return std::make_unique<Planner>(); }

}  // namespace harbinger::mirror
