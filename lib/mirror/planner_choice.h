// Which mirrors come: the most worthwhile first, while budget and limits allow.
#pragma once

#include <optional>
#include <vector>

#include "mirror/planner_budget.h"
#include "mirror/planner_carry.h"
#include "mirror/planner_memory.h"
#include "mirror/planner_room.h"
#include "mirror/planner_score.h"
#include "mirror/planner_view.h"

namespace harbinger::mirror {

/// A resource that is wanted enough in a cluster for one more mirror.
struct Candidate {
  const Demand* demand = nullptr;
  std::uint32_t cluster = PlanView::kNone;
  double wanted = 0;  ///< requests a minute
  bool carried = false;
  std::size_t mirrors = 0;  ///< that there are
  double benefit = 0;       ///< of one more
};

/// Adds to `plan.add`, `plan.passed` and `plan.drop` (who makes room), and to `view`.
class Choice {
 public:
  Choice(const PlanInput& input, PlanView& view, PushBudget& budget, CoolDowns& cool_downs, Plan& plan);
  void make();

 private:
  struct Found {
    std::uint32_t site;
    Score score;
  };

  void collect();
  void offer(Candidate candidate);
  Candidate take_best();
  /// Whether there will be a place for others after this one.
  bool place(const Candidate& candidate);
  /// Why it cannot be anywhere; empty when it can.
  std::string obstacle(const Candidate& candidate) const;
  std::optional<Found> best_site(const Candidate& candidate, double bytes) const;
  std::vector<std::uint32_t> open_sites(const Candidate& candidate) const;
  std::vector<Applicant> applicants(const Candidate& candidate, double bytes, std::vector<std::uint32_t>& sites) const;
  std::vector<Place> holders(std::uint64_t resource) const;
  /// Drops who is wanted much less; whether it did.
  bool make_room(const Candidate& candidate, double bytes);
  void pass(const Candidate& candidate, std::string why);
  void pass_rest(const std::string& why);
  void add(const Candidate& candidate, const Found& found, double bytes);

  const PlanInput input_;
  const Thresholds thresholds_;
  PlanView& view_;
  PushBudget& budget_;
  CoolDowns& cool_downs_;
  RoomMaker room_;
  Plan& plan_;
  std::vector<Candidate> heap_;
};

}  // namespace harbinger::mirror
