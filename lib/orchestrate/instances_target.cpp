// Instances of a provider as a target: "ID-0" to "ID-(n-1)" are the parts of an order.
#include "orchestrate/instances_target.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <unordered_map>

#include "provision/http_look.h"

namespace harbinger::orchestrate {

namespace {

using provision::Found;

constexpr Duration kAnswerWithin = std::chrono::milliseconds(500);

std::string part_id(std::string_view id, std::uint32_t number) {
  return std::string(id) + "-" + std::to_string(number);
}

/// The order and number of a part; nothing where it is none.
std::optional<std::pair<std::string, std::uint32_t>> part_of(std::string_view id) {
  const auto dash = id.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == id.size()) return std::nullopt;
  std::uint32_t number = 0;
  const auto digits = id.substr(dash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return std::pair(std::string(id.substr(0, dash)), number);
}

class InstancesTarget final : public Target {
 public:
  InstancesTarget(std::unique_ptr<provision::Provider> provider, const TargetWorld& world)
      : provider_(std::move(provider)) {
    for (const auto& each : world.templates) templates_.emplace(each.name, each);
  }

  TargetTraits traits() const override {
    const auto traits = provider_->traits();
    return {.name = traits.name,
            .usual_start = traits.usual_start,
            .cost_per_hour = traits.cost_per_hour,
            .changes = true};  // the count
  }
  std::string trouble() override { return provider_->trouble(); }

  std::string refusal(const Need& need) const override {
    if (need.count == 0) return "a need of 0 instances is none";
    const auto most = provider_->traits().most;
    if (need.count > most)
      return std::to_string(need.count) + " instances are more than " + provider_->traits().name + " makes, which is " +
             std::to_string(most);
    if (templates_.contains(need.machine)) return {};
    std::string words;
    for (const auto& [name, what] : templates_) words.append(words.empty() ? "" : ", ").append(name);
    return "no template '" + need.machine + "'; there are " + (words.empty() ? "none" : words);
  }

  Result<Made> make(const TargetOrder& order, std::stop_token stop) override {
    if (auto why = refusal(order.need); !why.empty()) return fail(ErrorCode::denied, std::move(why));
    learn(order);
    const auto& what = templates_.find(order.need.machine)->second;
    std::vector<Found> parts;
    for (std::uint32_t i = 0; i < order.need.count; ++i) {
      const provision::Order part{
          .id = part_id(order.id, i), .what = &what, .size = what.size, .deadline = order.deadline};
      auto started = start(part, stop);
      if (!started && parts.empty()) return fail(started.error());
      if (!started) return made_of(order, parts, started.error().message);
      parts.push_back(std::move(*started));
    }
    return made_of(order, parts, {});
  }

  Result<Made> look(std::string_view id, MonotonicTime deadline) override {
    const auto order = known(id);
    if (!order) return look_in_list(id, deadline);
    std::vector<Found> parts;
    std::string trouble;
    for (std::uint32_t i = 0; i < order->need.count; ++i) {
      auto part = provider_->look(part_id(id, i), deadline);
      if (!part) return fail(part.error());
      if (part->condition == Found::Condition::gone)
        trouble = "instance " + part_id(id, i) + " is not there";
      else
        parts.push_back(std::move(*part));
    }
    return made_of(*order, parts, trouble);
  }

  // Fewer: those with the highest numbers go.
  Result<Made> change(const TargetOrder& order, std::stop_token stop) override {
    const auto there = list(order.deadline);
    if (!there) return fail(there.error());
    const auto at = std::ranges::find(*there, order.id, &Made::id);
    if (at == there->end()) return fail(ErrorCode::not_found, "there is no " + order.id + " to change");
    if (at->need.machine != order.need.machine)
      return fail(ErrorCode::unsupported, "instances of " + at->need.machine + " do not become " + order.need.machine);
    const auto parts = numbers_of(order.id, order.deadline);
    if (!parts) return fail(parts.error());
    for (const auto number : *parts) {
      if (number < order.need.count) continue;
      if (auto stopped = provider_->stop(part_id(order.id, number), order.deadline); !stopped)
        return fail(stopped.error());
    }
    return make(order, stop);
  }

  Result<void> remove(std::string_view id, MonotonicTime deadline) override {
    auto parts = numbers_of(id, deadline);
    if (!parts) return fail(parts.error());
    // Also what a start that was cut short may have left, and no list shows.
    if (const auto order = known(id))
      for (std::uint32_t i = 0; i < order->need.count; ++i)
        if (std::ranges::find(*parts, i) == parts->end()) parts->push_back(i);
    for (const auto number : *parts)
      if (auto stopped = provider_->stop(part_id(id, number), deadline); !stopped) return stopped;
    const std::lock_guard guard(lock_);
    orders_.erase(std::string(id));
    return {};
  }

  Result<std::vector<Made>> list(MonotonicTime deadline) override {
    auto found = provider_->list(deadline);
    if (!found) return fail(found.error());
    std::map<std::string, std::vector<Found>> by_order;
    for (auto& each : *found)
      if (const auto part = part_of(each.id)) by_order[part->first].push_back(std::move(each));
    std::vector<Made> all;
    for (const auto& [id, parts] : by_order) all.push_back(listed(id, parts));
    return all;
  }

 private:
  // One that has ended by itself is made anew.
  Result<Found> start(const provision::Order& part, const std::stop_token& stop) {
    auto started = provider_->start(part, stop);
    if (!started || started->condition != Found::Condition::gone) return started;
    if (auto stopped = provider_->stop(part.id, part.deadline); !stopped) return fail(stopped.error());
    return provider_->start(part, stop);
  }

  void learn(const TargetOrder& order) {
    const std::lock_guard guard(lock_);
    orders_[order.id] = order;
  }
  std::optional<TargetOrder> known(std::string_view id) const {
    const std::lock_guard guard(lock_);
    const auto found = orders_.find(std::string(id));
    return found == orders_.end() ? std::nullopt : std::optional(found->second);
  }

  // Nobody tells it what was ordered, so what there is counts as that.
  Made listed(const std::string& id, const std::vector<Found>& all) const {
    std::vector<Found> parts;
    std::ranges::copy_if(all, std::back_inserter(parts),
                         [](const Found& each) { return each.condition != Found::Condition::gone; });
    auto order = known(id).value_or(TargetOrder{.id = id, .need = {}, .settings = {}});
    if (order.need.machine.empty()) {
      order.need.machine = all.front().template_name;
      order.need.count = static_cast<std::uint32_t>(parts.size());
    }
    auto made = made_of(order, parts, parts.size() < all.size() ? "an instance ended by itself" : "");
    // What has ended and is left must be removed, too.
    if (parts.empty()) made.condition = Made::Condition::partly;
    return made;
  }

  Result<Made> look_in_list(std::string_view id, MonotonicTime deadline) {
    const auto there = list(deadline);
    if (!there) return fail(there.error());
    const auto at = std::ranges::find(*there, id, &Made::id);
    if (at == there->end()) return Made{.id = std::string(id), .condition = Made::Condition::gone};
    return *at;
  }

  Result<std::vector<std::uint32_t>> numbers_of(std::string_view id, MonotonicTime deadline) {
    const auto found = provider_->list(deadline);
    if (!found) return fail(found.error());
    std::vector<std::uint32_t> numbers;
    for (const auto& each : *found)
      if (const auto part = part_of(each.id); part && part->first == id) numbers.push_back(part->second);
    return numbers;
  }

  Made made_of(const TargetOrder& order, const std::vector<Found>& parts, const std::string& trouble) const {
    Made made{.id = order.id, .need = order.need, .reach = {}, .trouble = trouble};
    std::uint32_t running = 0;
    for (const auto& each : parts) {
      if (each.condition == Found::Condition::gone) continue;
      ++running;
      if (!each.reach.addresses.empty()) made.reach.push_back(each.reach);
      if (serves(each)) ++made.parts;
    }
    using Condition = Made::Condition;
    if (running == 0)
      made.condition = Condition::gone;
    else if (running < order.need.count)
      made.condition = Condition::partly;
    else
      made.condition = made.parts < running ? Condition::starting : Condition::ready;
    return made;
  }

  bool serves(const Found& part) const {
    if (part.condition != Found::Condition::running || part.reach.addresses.empty()) return false;
    const auto what = templates_.find(part.template_name);
    const SocketAddress place{part.reach.addresses.front(), part.reach.port};
    if (what != templates_.end() && !what->second.health.empty())
      return provision::answers_http(place, what->second.health, kAnswerWithin);
    return provision::accepts(place, kAnswerWithin);
  }

  const std::unique_ptr<provision::Provider> provider_;
  std::map<std::string, provision::Template, std::less<>> templates_;
  mutable std::mutex lock_;
  std::unordered_map<std::string, TargetOrder> orders_;  // made by us; those from before are known by their parts
};

}  // namespace

std::unique_ptr<Target> make_instances_target(std::unique_ptr<provision::Provider> provider, const TargetWorld& world) {
  return std::make_unique<InstancesTarget>(std::move(provider), world);
}

Result<std::unique_ptr<Target>> make_instances_target(std::string_view provider, TargetWorld world) {
  auto made = provision::make_provider(provider, {.clock = world.clock,
                                                  .installation = world.installation,
                                                  .state = world.state,
                                                  .options = std::move(world.options)});
  if (!made) return fail(made.error());
  return make_instances_target(std::move(*made), world);
}

}  // namespace harbinger::orchestrate
