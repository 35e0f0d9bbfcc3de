// An engine of orchestration that tells what a test says, and remembers what it was told.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/listeners.h"
#include "orchestrate/engine.h"

namespace harbinger::test {

class FakeOrchestrationEngine final : public orchestrate::OrchestrationEngine {
 public:
  using Action = orchestrate::Action;
  using Resource = orchestrate::Resource;

  FakeOrchestrationEngine() = default;
  FakeOrchestrationEngine(Settings settings_told, World world_told)
      : settings(std::move(settings_told)), world(std::move(world_told)) {}

  // What it knows. `change` tells who watches.
  void add(const Action& action) {
    {
      const std::lock_guard guard(lock_);
      std::erase_if(plan_, [&](const auto& each) { return each.number == action.number; });
      plan_.push_back(action);
    }
    listeners_.tell(Change{.action = &action});
  }
  void add(const Resource& resource) {
    {
      const std::lock_guard guard(lock_);
      std::erase_if(resources_, [&](const auto& each) { return each.id == resource.id; });
      resources_.push_back(resource);
    }
    listeners_.tell(Change{.resource = &resource});
  }
  void know(const UserState& user) {
    const std::lock_guard guard(lock_);
    users_[user.user] = user;
  }
  static Action make_of(std::uint64_t number, orchestrate::ActorKey user,
                        Action::State state = Action::State::proposed) {
    Action action{.number = number, .user = user, .resource = "r-" + std::to_string(number), .target = "local"};
    action.need = {.kind = "machine", .machine = "small", .count = 2};
    action.state = state;
    action.probability = 0.75F;
    action.cost_per_hour = 2;
    action.reason = "is likely to ask for it";
    action.planned = 1'700'000'000'000;
    return action;
  }
  /// The same, from one to two.
  static Action change_of(std::uint64_t number, orchestrate::ActorKey user) {
    auto action = make_of(number, user, Action::State::held);
    action.kind = Action::Kind::change;
    action.before = action.need;
    action.before.count = 1;
    action.trouble = "the budget of this user is used up";
    return action;
  }
  static Resource spare(const std::string& id, orchestrate::ActorKey user) {
    Resource resource{.id = id, .kind = "machine", .target = "local", .user = user};
    resource.need = {.kind = "machine", .machine = "small"};
    resource.step = Resource::Step::spare;
    resource.reach = {{{IpAddress::parse("192.0.2.7").value()}, 8080}};
    return resource;
  }

  std::size_t heard(std::span<const orchestrate::Activity> acts) override {
    const std::lock_guard guard(lock_);
    for (const auto& act : acts) {
      heard_.emplace_back(act.actor, std::string(act.verb));
      if (act.asks != nullptr) asked_.push_back(*act.asks);
    }
    return acts.size();
  }
  std::size_t room() const override { return 65'536; }
  Result<Claim> claim(orchestrate::ActorKey user, const orchestrate::Need& need, std::string_view request) override {
    const std::lock_guard guard(lock_);
    claimed_.emplace_back(user, need);
    requests_.emplace_back(request);
    return answer_;
  }
  Result<void> release(std::string_view resource) override {
    const std::lock_guard guard(lock_);
    if (std::erase_if(resources_, [&](const auto& each) { return each.id == resource; }) > 0) return {};
    return fail(ErrorCode::not_found, "no resource " + std::string(resource));
  }
  Result<UserState> user(orchestrate::ActorKey user) const override {
    const std::lock_guard guard(lock_);
    const auto found = users_.find(user);
    if (found == users_.end()) return fail(ErrorCode::not_found, "never heard of this user");
    return found->second;
  }
  std::vector<Resource> resources() const override {
    const std::lock_guard guard(lock_);
    return resources_;
  }
  std::vector<Action> plan() const override {
    const std::lock_guard guard(lock_);
    return plan_;
  }
  std::vector<Action> history(std::size_t most) const override {
    auto all = plan();
    std::ranges::reverse(all);
    all.resize(std::min(most, all.size()));
    return all;
  }
  Result<std::vector<std::string>> why(std::uint64_t action) const override {
    if (action != 1) return fail(ErrorCode::not_found, "no action " + std::to_string(action));
    return std::vector<std::string>{"it is likely", "a ready one costs less than waiting"};
  }
  Result<void> approve(std::uint64_t action, bool yes) override {
    const std::lock_guard guard(lock_);
    const auto found = std::ranges::find(plan_, action, &Action::number);
    if (found == plan_.end()) return fail(ErrorCode::not_found, "no action " + std::to_string(action));
    if (found->state != Action::State::proposed) return fail(ErrorCode::conflict, "it does not wait for approval");
    found->state = yes ? Action::State::acting : Action::State::denied;
    return {};
  }
  std::size_t approve_all() override {
    const std::lock_guard guard(lock_);
    std::size_t count = 0;
    for (auto& each : plan_)
      if (each.state == Action::State::proposed) each.state = Action::State::acting, ++count;
    return count;
  }
  void halt(bool halted) override { told.halted = halted; }
  Result<void> label(orchestrate::ActorKey user, orchestrate::Attribute attribute,
                     std::optional<std::uint8_t> value) override {
    const std::lock_guard guard(lock_);
    labels_.push_back({user, attribute, value});
    return {};
  }
  Result<void> pin(std::vector<orchestrate::AttributeModel::Rule> rules) override {
    pinned = std::move(rules);
    return {};
  }
  State state() const override { return told; }
  [[nodiscard]] std::shared_ptr<void> on_change(std::function<void(const Change&)> heard) override {
    return listeners_.add(std::move(heard));
  }
  void catch_up() override {}

  // What it was told.
  struct Said {
    orchestrate::ActorKey user = 0;
    orchestrate::Attribute attribute{};
    std::optional<std::uint8_t> value{};
  };
  std::vector<std::pair<orchestrate::ActorKey, std::string>> acts() const { return copy(heard_); }
  std::vector<orchestrate::Need> asked() const { return copy(asked_); }
  std::vector<std::pair<orchestrate::ActorKey, orchestrate::Need>> claimed() const { return copy(claimed_); }
  std::vector<Said> labels() const { return copy(labels_); }
  /// The ids of these claims.
  std::vector<std::string> requests() const { return copy(requests_); }
  /// What claims are answered.
  void answer(Result<Claim> answer) {
    const std::lock_guard guard(lock_);
    answer_ = std::move(answer);
  }
  std::size_t listeners() const {
    std::size_t count = 0;
    listeners_.each([&](const auto&) { ++count; });
    return count;
  }

  const Settings settings{};
  const World world{};
  State told{};
  std::vector<orchestrate::AttributeModel::Rule> pinned{};

 private:
  template <class T>
  T copy(const T& value) const {
    const std::lock_guard guard(lock_);
    return value;
  }

  mutable std::mutex lock_;
  std::vector<Action> plan_;
  std::vector<Resource> resources_;
  std::map<orchestrate::ActorKey, UserState> users_;
  std::vector<std::pair<orchestrate::ActorKey, std::string>> heard_;
  std::vector<orchestrate::Need> asked_;
  std::vector<std::pair<orchestrate::ActorKey, orchestrate::Need>> claimed_;
  std::vector<std::string> requests_;
  std::vector<Said> labels_;
  Result<Claim> answer_ = Claim{};
  Listeners<void(const Change&)> listeners_;
};

}  // namespace harbinger::test
