// What is spent, and whether a budget has room for more.
#pragma once

#include <string>
#include <unordered_map>

#include "orchestrate/engine.h"
#include "orchestrate/hold.h"
#include "provision/start_budget.h"

namespace harbinger::orchestrate {

/// Hard: who asks first whether there is room, and then adds, never passes a budget. One thread.
class Spending {
 public:
  explicit Spending(const Budgets& budgets);

  struct Part {
    ActorKey user = 0;
    unsigned parts = 0;
    double cost_per_hour = 0;
    bool ahead = false;  ///< made before it was asked for
  };
  /// Why there is no room for that; nothing when there is. `orders`: it takes an order.
  Held room(const Part& part, bool orders, MonotonicTime now);
  void add(const Part& part);
  void take(const Part& part);
  void ordered(ActorKey user, MonotonicTime now);
  /// The last order did not come about.
  void not_ordered(ActorKey user);
  /// Now and then.
  void tidy(MonotonicTime now) { starts_.tidy(now); }

  unsigned parts() const { return parts_; }
  double cost_per_hour() const { return cost_; }
  unsigned ahead_of(ActorKey user) const;
  /// For people: how much of each budget is spent.
  std::string to_string(ActorKey user) const;

 private:
  const Budgets budgets_;
  provision::StartBudget starts_;
  unsigned parts_ = 0;
  double cost_ = 0;
  std::unordered_map<ActorKey, unsigned> ahead_;
};

}  // namespace harbinger::orchestrate
