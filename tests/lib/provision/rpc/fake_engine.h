// An engine that does what the test says, and remembers what it was asked.
#pragma once

#include <mutex>
#include <utility>

#include "base/listeners.h"
#include "provision/engine.h"

namespace harbinger::test {

class FakeEngine final : public provision::ProvisioningEngine {
 public:
  void wished(const provision::WishEvent&) noexcept override {}
  void led(std::uint16_t, std::size_t, float) noexcept override {}
  void invalidate(std::uint64_t, std::optional<std::uint64_t>) override {}
  void halt(bool) override {}
  Result<Why> why(std::string_view) const override { return fail(ErrorCode::unsupported, "nothing to explain"); }

  Result<Registration> ask_for(std::uint64_t tag, std::string_view pool) override {
    const std::lock_guard lock(mutex_);
    asked_.emplace_back(tag, pool);
    return answer_;
  }
  Result<void> release(std::string_view instance) override {
    const std::lock_guard lock(mutex_);
    const auto gone = std::erase_if(state_.instances, [&](const auto& each) { return each.id == instance; });
    if (gone == 0) return fail(ErrorCode::not_found, "no such instance");
    return {};
  }
  State state() const override {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  [[nodiscard]] std::shared_ptr<void> on_change(std::function<void(const InstanceState&)> heard) override {
    return listeners_.add(std::move(heard));
  }

  /// What Register is answered.
  void answer(Result<Registration> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  std::vector<std::pair<std::uint64_t, std::string>> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  void set_pool(const std::string& name, unsigned target, unsigned assigned) {
    const std::lock_guard lock(mutex_);
    std::erase_if(state_.pools, [&](const auto& each) { return each.name == name; });
    PoolState pool;
    pool.name = name;
    pool.target.ready = target;
    pool.assigned = assigned;
    state_.pools.push_back(pool);
  }
  void remove_pools() {
    const std::lock_guard lock(mutex_);
    state_.pools.clear();
  }
  /// There is such an instance now, or it has changed. All who watch hear of it.
  void change(const std::string& id, const std::string& pool, provision::Step step) {
    InstanceState instance;
    instance.id = id;
    instance.pool = pool;
    instance.step = step;
    instance.tag = 4711;
    instance.reach = {{IpAddress::parse("192.0.2.7").value()}, 8080};
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(state_.instances, [&](const auto& each) { return each.id == id; });
      state_.instances.push_back(instance);
    }
    listeners_.tell(instance);
  }
  std::size_t listeners() const {
    std::size_t count = 0;
    listeners_.each([&](const auto&) { ++count; });
    return count;
  }

 private:
  mutable std::mutex mutex_;
  State state_;
  Result<Registration> answer_ = Registration{};
  std::vector<std::pair<std::uint64_t, std::string>> asked_;
  Listeners<void(const InstanceState&)> listeners_;
};

}  // namespace harbinger::test
