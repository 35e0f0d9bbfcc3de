#include "steer/pool.h"

#include <algorithm>

#include "steer/filters.h"
#include "steer/make_pool.h"

namespace harbinger::steer {

namespace {

bool orders(Filter::Kind kind) {
  using Kind = Filter::Kind;
  return kind == Kind::geo || kind == Kind::latency || kind == Kind::cost || kind == Kind::weighted ||
         kind == Kind::sticky;
}

// A resolver gives addresses in any order, so an order that was made must not be spoilt by giving several.
std::size_t most_given(const std::vector<Filter>& filters) {
  if (!filters.empty() && filters.back().kind == Filter::Kind::select_first) return filters.back().count;
  return std::ranges::any_of(filters, orders, &Filter::kind) ? 1 : Choice::kMost;
}

// What is ordered before endpoints are drawn by chance or by hash comes to nothing: two draws are never alike.
std::size_t first_that_orders(const std::vector<Filter>& filters) {
  using Kind = Filter::Kind;
  const auto draws = [](Kind kind) { return kind == Kind::weighted || kind == Kind::sticky; };
  const auto drawn = std::ranges::find_if(filters, draws, &Filter::kind);
  return drawn == filters.end() ? 0 : static_cast<std::size_t>(drawn - filters.begin());
}

class FilteredPool final : public Pool {
 public:
  FilteredPool(PoolSettings settings, std::uint16_t number)
      : settings_(std::move(settings)),
        number_(number),
        most_(most_given(settings_.filters)),
        first_order_(first_that_orders(settings_.filters)) {}

  const PoolSettings& settings() const override { return settings_; }
  std::uint16_t number() const override { return number_; }
  Choice choose(const ClientFacts& client, const StateTable& states) const noexcept override;
  Explanation explain(const ClientFacts& client, const StateTable& states) const override;

 private:
  Choice finish(const ClientFacts& client, const StateTable& states, const Candidates& left) const noexcept;

  const PoolSettings settings_;
  const std::uint16_t number_;
  const std::size_t most_, first_order_;
};

Choice FilteredPool::choose(const ClientFacts& client, const StateTable& states) const noexcept {
  Candidates left(states.members(number_));
  for (std::size_t i = 0; i < settings_.filters.size(); ++i)
    apply(settings_.filters[i], client, states, i >= first_order_, left);
  return finish(client, states, left);
}

Choice FilteredPool::finish(const ClientFacts& client, const StateTable& states,
                            const Candidates& left) const noexcept {
  const auto members = states.members(number_);
  Choice choice{.pool = number_};
  choice.unrest = states.unrest(number_) & 0x7f;
  const auto give = [&](std::span<const EndpointId> endpoints, std::size_t most) {
    choice.size = static_cast<std::uint8_t>(std::min(endpoints.size(), most));
    std::copy_n(endpoints.begin(), choice.size, choice.endpoints.begin());
  };
  give(left.list(), most_);
  if (choice.size != 0) return choice;
  choice.backup = 1;
  if (settings_.backup == Backup::all) give(members, Choice::kMost);
  if (settings_.backup == Backup::random && !members.empty())
    give(members.subspan(
             static_cast<std::size_t>(draw(client.hash, kNoEndpoint) * 0.999999 * static_cast<double>(members.size())),
             1),
         1);
  return choice;
}

Pool::Explanation FilteredPool::explain(const ClientFacts& client, const StateTable& states) const {
  const auto members = states.members(number_);
  Explanation explanation;
  explanation.members.assign(members.begin(), members.end());
  Candidates left(members);
  for (const auto& filter : settings_.filters) {
    const auto before = left;
    apply(filter, client, states, true, left);
    Step step{.filter = filter.kind, .removed = {}, .left = {left.list().begin(), left.list().end()}};
    for (const auto each : before.list())
      if (std::ranges::find(step.left, each) == step.left.end())
        step.removed.push_back({each, why_removed(filter, client, states, before, each)});
    explanation.steps.push_back(std::move(step));
  }
  explanation.choice = finish(client, states, left);
  return explanation;
}

}  // namespace

std::shared_ptr<const Pool> make_filtered_pool(PoolSettings settings, std::uint16_t number) {
  return std::make_shared<FilteredPool>(std::move(settings), number);
}

}  // namespace harbinger::steer
