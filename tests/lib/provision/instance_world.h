// A desk of instances, with providers that a test speaks for.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "provision/instance_desk.h"

namespace harbinger::test {

inline provision::PoolSettings small_pool(const std::string& name = "small") {
  provision::PoolSettings pool;
  pool.what.name = name;
  pool.what.provider = "there";
  pool.what.size = {1, 100};
  pool.what.most = {4, 400};
  pool.what.ready_within = std::chrono::seconds(30);
  pool.idle_after = std::chrono::minutes(5);
  pool.drain = pool.ttl = std::chrono::seconds(10);
  pool.sizing.most = 100;
  return pool;
}

struct InstanceWorld {
  MonotonicTime now{1'000'000'000};
  unsigned ids = 0;
  provision::InstanceDesk desk;
  std::vector<provision::Act> acts;
  std::vector<provision::Note> notes;
  std::vector<provision::Wish> changed;
  provision::Usage uses{};  // what each instance uses while time passes

  explicit InstanceWorld(std::vector<provision::PoolSettings> pools = {small_pool()},
                         const provision::Budgets& budgets = {}, bool resizes = false,
                         const provision::InstanceDesk::Limits& limits = {})
      : desk(rules(std::move(pools)), {{"there", 50, resizes}}, budgets, limits,
             [this](auto) { return "i" + std::to_string(++ids); }) {
    desk.listed(0, {}, now, now);
  }
  static std::vector<provision::InstanceDesk::PoolRules> rules(std::vector<provision::PoolSettings> pools) {
    std::vector<provision::InstanceDesk::PoolRules> all;
    for (auto& each : pools) all.push_back({std::move(each), 0});
    return all;
  }

  /// Takes what the desk wants done.
  void take() {
    std::ranges::move(desk.take_acts(), std::back_inserter(acts));
    std::ranges::move(desk.take_notes(), std::back_inserter(notes));
    std::ranges::move(desk.take_changed(), std::back_inserter(changed));
    desk.take_moved();
  }
  std::size_t count(provision::Act::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(acts, kind, &provision::Act::kind));
  }
  std::size_t starts() const { return count(provision::Act::Kind::start); }
  std::size_t stops() const { return count(provision::Act::Kind::stop); }

  static provision::Wish wish(std::uint64_t tag, std::uint16_t pool = 0) { return {tag, pool}; }
  provision::InstanceDesk::Given want(std::uint64_t tag, std::uint16_t pool = 0) {
    const auto answer = desk.want(wish(tag, pool), now);
    take();
    return answer.given;
  }
  void target(unsigned ready, unsigned keep = 0, bool panic = false, std::uint16_t pool = 0) {
    desk.target(pool, {.ready = ready, .keep = keep, .panic = panic});
    desk.order(now);
    take();
  }
  provision::Found found(const std::string& id) const {
    return {.id = id, .reach = {.addresses = {IpAddress::parse("192.0.2.1").value()}, .port = 80}};
  }
  void start(const std::string& id, bool well = true, ErrorCode code = ErrorCode::unreachable) {
    if (well)
      desk.started(id, found(id), now);
    else
      desk.started(id, fail(code, "it would not"), now);
    take();
  }
  void probe(const std::string& id, bool well = true) {
    desk.probed(id, well, well ? "" : "connection refused", now);
    take();
  }
  void bring_up(const std::string& id) {
    start(id);
    probe(id);
  }
  void stop(const std::string& id, bool well = true) {
    if (well)
      desk.stopped(id, {}, now);
    else
      desk.stopped(id, fail(ErrorCode::timeout, "it hangs"), now);
    take();
  }
  void pass(Duration by, Duration at_a_time = std::chrono::seconds(1)) {
    for (; by > Duration(0); by -= at_a_time) {
      now = now + std::min(by, at_a_time);
      desk.tick(now);
      take();
      tell_usage();
    }
  }
  void tell_usage() {
    const auto asked = std::exchange(acts, {});
    for (const auto& each : asked)
      if (each.kind == provision::Act::Kind::usage)
        desk.used(each.id, uses, now);
      else
        acts.push_back(each);
    take();
  }
  /// A step that nobody is in, where there is no such instance.
  std::string step(const std::string& id) const {
    const auto* instance = desk.find(id);
    return instance ? std::string(to_string(instance->step)) : "gone";
  }
  std::string of_tag(std::uint64_t tag, std::uint16_t pool = 0) const {
    const auto* instance = desk.find(wish(tag, pool));
    return instance && instance->step == provision::Step::assigned ? instance->id : "";
  }
};

}  // namespace harbinger::test
