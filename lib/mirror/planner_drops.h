// Which mirrors go.
#pragma once

#include "mirror/planner_carry.h"
#include "mirror/planner_memory.h"
#include "mirror/planner_view.h"

namespace harbinger::mirror {

/// Adds to `plan.drop`, and drops in `view`: what stands on a server that is gone, down or excluded; what neither came nor is expected any more; what is over a
/// limit, the least wanted first.
class Drops {
 public:
  Drops(const PlanInput& input, PlanView& view, Silences& silences, CoolDowns& cool_downs, Plan& plan);
  void find();

 private:
  struct Want {
    const Demand* demand = nullptr;  // null where none is told
    double carried = 0;
    bool told() const { return demand != nullptr || carried > 0; }
    std::string low_sentence(std::size_t mirrors, double limit) const;
    double came() const;
    double most() const;  // expected, here or from elsewhere, or come
  };
  Want want_of(const PlanView::Copy& copy) const;
  void collect_demands();
  void drop_unservable();
  void drop_unwanted();
  bool unwanted(const PlanView::Copy& copy, std::string& why) const;
  bool silent_for_long(const PlanView::Copy& copy) const;
  void drop_over_limits();
  void judge_rest();
  std::string limit_broken(const PlanView::Copy& copy) const;
  bool young(const PlanView::Copy& copy) const;
  std::vector<std::uint32_t> least_wanted_first() const;
  void drop(std::uint32_t copy, std::string why);

  const PlanInput input_;
  const Thresholds thresholds_;
  PlanView& view_;
  Silences& silences_;
  CoolDowns& cool_downs_;
  Plan& plan_;
  std::unordered_map<std::uint64_t, Want> wants_;  // by mirror_key, of what is held
};

}  // namespace harbinger::mirror
