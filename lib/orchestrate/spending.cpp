#include "orchestrate/spending.h"

#include <array>

#include "orchestrate/reasons.h"

namespace harbinger::orchestrate {

namespace {

provision::Budgets starts_of(const Budgets& budgets) {
  return {.starts_per_hour = budgets.starts_per_hour,
          .starts_per_pool_hour = budgets.starts_per_hour,
          .starts_per_tag_hour = budgets.starts_per_user_hour};
}

}  // namespace

std::string_view to_string(Hold hold) {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Hold::limit)> kWords{
      "nothing", "resources", "per_user", "orders",  "orders_of_user", "cost",  "cool_down",
      "denied",  "given_up",  "target",   "refused", "journal",        "halted"};
  const auto place = static_cast<std::size_t>(hold);
  return place < kWords.size() ? kWords[place] : "?";
}

Spending::Spending(const Budgets& budgets) : budgets_(budgets), starts_(starts_of(budgets), 1) {}

Held Spending::room(const Part& part, bool orders, MonotonicTime now) {
  const auto more = ", and this is " + std::to_string(part.parts) + " more";
  const auto ahead = ahead_of(part.user);
  if (parts_ + part.parts > budgets_.resources)
    return {Hold::resources, "there are " + share(parts_, budgets_.resources) + " resources" + more};
  if (part.ahead && ahead + part.parts > budgets_.per_user)
    return {Hold::per_user, "its user has " + share(ahead, budgets_.per_user) + " resources ahead" + more};
  if (cost_ + part.cost_per_hour > budgets_.cost_per_hour)
    return {Hold::cost, "all that is there costs " + decimal(cost_) + " of " + decimal(budgets_.cost_per_hour) +
                            " an hour, and this " + decimal(part.cost_per_hour) + " more"};
  if (orders && !starts_.refusal(0, now).empty())
    return {Hold::orders, "all " + std::to_string(budgets_.starts_per_hour) + " orders of this hour are spent"};
  if (orders && !starts_.may_give({part.user, 0}, now))
    return {Hold::orders_of_user,
            "all " + std::to_string(budgets_.starts_per_user_hour) + " orders of its user in this hour are spent"};
  return {};
}

void Spending::add(const Part& part) {
  parts_ += part.parts;
  cost_ += part.cost_per_hour;
  if (part.ahead) ahead_[part.user] += part.parts;
}

void Spending::take(const Part& part) {
  parts_ -= part.parts;
  cost_ -= part.cost_per_hour;
  if (parts_ == 0) cost_ = 0;  // sums of fractions drift
  if (!part.ahead) return;
  const auto known = ahead_.find(part.user);
  if ((known->second -= part.parts) == 0) ahead_.erase(known);
}

void Spending::ordered(ActorKey user, MonotonicTime now) {
  starts_.started(0, now);
  starts_.given({user, 0}, now);
}

void Spending::not_ordered(ActorKey user) {
  starts_.not_started(0);
  starts_.not_given({user, 0});
}

unsigned Spending::ahead_of(ActorKey user) const {
  const auto known = ahead_.find(user);
  return known == ahead_.end() ? 0 : known->second;
}

std::string Spending::to_string(ActorKey user) const {
  return "budgets: " + share(parts_, budgets_.resources) + " resources, " + share(ahead_of(user), budgets_.per_user) +
         " ahead for this user, " + decimal(cost_) + " of " + decimal(budgets_.cost_per_hour) + " an hour";
}

}  // namespace harbinger::orchestrate
