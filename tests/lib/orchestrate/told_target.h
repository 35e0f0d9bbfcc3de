// A target that makes what it is told, and can be slow, full, down, half-hearted, hang, or lie.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "orchestrate/target.h"

namespace harbinger::test {

/// Outlives the engines that use it.
class Estate {
 public:
  enum class Mood : std::uint8_t {
    well,
    full,
    never,
    down,
    silent,       ///< what it makes does not become ready
    half,         ///< makes one part less than was ordered
    boasts,       ///< says ready when it makes, and is not
    forgets,      ///< says that it made, and did not
    lost_answer,  ///< makes, and says that nobody answered
    hangs,        ///< calls do not come back
  };
  std::atomic<Mood> mood = Mood::well;
  std::atomic<bool> removes = true, hides = false;  ///< hides: its list is empty
  std::atomic<bool> can_change = true;
  std::atomic<unsigned> orders{0}, made{0}, changed{0}, removed{0}, doubled{0}, looks{0};

  std::map<std::string, orchestrate::Need> there() const {
    const std::lock_guard guard(lock_);
    std::map<std::string, orchestrate::Need> all;
    for (const auto& [id, one] : things_) all[id] = one.need;
    return all;
  }
  std::size_t size() const { return there().size(); }
  unsigned parts() const {
    unsigned sum = 0;
    const std::lock_guard guard(lock_);
    for (const auto& [id, one] : things_) sum += one.parts;
    return sum;
  }
  /// Somebody else took it away.
  void kill(const std::string& id) {
    const std::lock_guard guard(lock_);
    things_.erase(id);
  }
  /// One that nobody ordered.
  void add(const std::string& id, const orchestrate::Need& need) {
    const std::lock_guard guard(lock_);
    things_[id] = {need, need.count, true};
  }
  void come_back() {
    mood = Mood::well;
    back_.notify_all();
  }

 private:
  friend class ToldTarget;
  struct Thing {
    orchestrate::Need need{};
    unsigned parts = 0;
    bool ready = false;
  };
  mutable std::mutex lock_;
  std::condition_variable back_;
  std::map<std::string, Thing> things_;
  std::set<std::string> busy_;
};

class ToldTarget final : public orchestrate::Target {
 public:
  using Made = orchestrate::Made;
  using Need = orchestrate::Need;
  using Mood = Estate::Mood;
  explicit ToldTarget(std::shared_ptr<Estate> estate) : estate_(std::move(estate)) {}

  orchestrate::TargetTraits traits() const override {
    return {.name = "estate", .usual_start = std::chrono::seconds(10), .cost_per_hour = 2, .changes = true};
  }
  std::string trouble() override { return is(Mood::down) ? "the estate is down" : ""; }
  std::string refusal(const Need& need) const override {
    return need.machine == "huge" ? "there is no machine type 'huge'" : "";
  }
  Result<Made> make(const orchestrate::TargetOrder& order, std::stop_token stop) override {
    const Busy busy(*estate_, order.id);
    ++estate_->orders;
    wait_while_it_hangs(stop);
    if (is(Mood::down)) return fail(ErrorCode::unreachable, "the estate is down");
    if (is(Mood::full)) return fail(ErrorCode::too_large, "no room");
    if (is(Mood::never)) return fail(ErrorCode::denied, "no such image");
    const std::lock_guard guard(estate_->lock_);
    if (is(Mood::forgets)) return told(order.id, {order.need, order.need.count, true});
    auto& thing = estate_->things_[order.id];
    if (thing.parts == 0) ++estate_->made;
    thing.need = order.need;
    thing.parts = is(Mood::half) ? order.need.count - 1 : order.need.count;
    thing.ready = !is(Mood::silent) && !is(Mood::boasts);
    if (is(Mood::lost_answer)) return fail(ErrorCode::timeout, "nobody answered");
    return told(order.id, {order.need, thing.parts, thing.ready || is(Mood::boasts)});
  }
  Result<Made> look(std::string_view id, MonotonicTime) override {
    const Busy busy(*estate_, id);
    ++estate_->looks;
    if (is(Mood::down)) return fail(ErrorCode::unreachable, "the estate is down");
    const std::lock_guard guard(estate_->lock_);
    const auto known = estate_->things_.find(std::string(id));
    if (known == estate_->things_.end()) return Made{.id = std::string(id), .condition = Made::Condition::gone};
    return told(id, known->second);
  }
  Result<Made> change(const orchestrate::TargetOrder& order, std::stop_token) override {
    const Busy busy(*estate_, order.id);
    if (!estate_->can_change) return fail(ErrorCode::unsupported, "sizes are fixed");
    if (is(Mood::down)) return fail(ErrorCode::unreachable, "the estate is down");
    ++estate_->changed;
    const std::lock_guard guard(estate_->lock_);
    auto& thing = estate_->things_[order.id];
    thing = {order.need, order.need.count, true};
    return told(order.id, thing);
  }
  Result<void> remove(std::string_view id, MonotonicTime) override {
    const Busy busy(*estate_, id);
    if (is(Mood::down) || !estate_->removes) return fail(ErrorCode::unreachable, "it is not removed");
    const std::lock_guard guard(estate_->lock_);
    if (estate_->things_.erase(std::string(id)) > 0) ++estate_->removed;
    return {};
  }
  Result<std::vector<Made>> list(MonotonicTime) override {
    if (is(Mood::down)) return fail(ErrorCode::unreachable, "the estate is down");
    std::vector<Made> all;
    const std::lock_guard guard(estate_->lock_);
    for (const auto& [id, thing] : estate_->things_)
      if (!estate_->hides) all.push_back(told(id, thing));
    return all;
  }

 private:
  // Counts where two calls are made for one id.
  struct Busy {
    Busy(Estate& estate, std::string_view id) : of(estate), who(id) {
      const std::lock_guard guard(of.lock_);
      if (!of.busy_.insert(who).second) ++of.doubled;
    }
    ~Busy() {
      const std::lock_guard guard(of.lock_);
      of.busy_.erase(who);
    }
    Estate& of;
    const std::string who;
  };
  bool is(Mood mood) const { return estate_->mood == mood; }
  void wait_while_it_hangs(const std::stop_token& stop) {
    std::unique_lock guard(estate_->lock_);
    while (is(Mood::hangs) && !stop.stop_requested()) estate_->back_.wait_for(guard, std::chrono::milliseconds(5));
  }
  static Made told(std::string_view id, const Estate::Thing& thing) {
    using Condition = Made::Condition;
    const bool whole = thing.parts >= thing.need.count;
    return {.id = std::string(id),
            .need = thing.need,
            .condition = !whole        ? Condition::partly
                         : thing.ready ? Condition::ready
                                       : Condition::starting,
            .parts = thing.ready ? thing.parts : 0,
            .reach = {{.addresses = {IpAddress::parse("192.0.2.7").value()}, .port = 22}},
            .trouble = whole ? "" : "one part is missing"};
  }

  const std::shared_ptr<Estate> estate_;
};

}  // namespace harbinger::test
