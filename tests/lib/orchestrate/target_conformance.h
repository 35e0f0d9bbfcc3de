// What every target keeps to: one list of checks, run for each kind of them.
//
//   TEST_CASE("the deployments target keeps to what targets promise") {
//     TargetBench bench;
//     bench.make = ...;
//     check_target(bench);
//   }
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include <tests/support/process.h>
#include "orchestrate/target.h"

namespace harbinger::test {

/// A target with all that the checks need; what it has not is left out, and so is the check.
struct TargetBench {
  using Make = std::function<std::unique_ptr<orchestrate::Target>()>;
  Make make;                                         ///< anew each time, of the same installation and state
  orchestrate::Need need{};                          ///< that can be made; of one part
  std::map<std::string, std::string> settings{};     ///< that orders go with
  std::optional<orchestrate::Need> unknown{};        ///< of a machine type or image that there is not
  std::string known{};                               ///< a word that refusals of `unknown` name
  std::optional<orchestrate::Need> other_machine{};  ///< that `need` may be changed to
  /// Somebody ends one part of an order.
  std::function<void(const std::string& id)> lose_part{};
  /// Somebody takes away the main part of an order, and leaves others: what is left must be found and can be removed.
  std::function<void(const std::string& id)> halve{};
  /// What orders have left behind, each as a person would name it.
  std::function<std::vector<std::string>()> left{};
  std::chrono::milliseconds ready_within{10'000};
  bool tells_reach = true;  ///< where parts are reached, each elsewhere
  bool outlives_us = true;  ///< what was made goes on when the target ends, and is found again
  std::size_t many = 12;    ///< orders at the same time; 0: that is not checked
};

namespace target_conformance {

using orchestrate::Made;
using orchestrate::Need;
using orchestrate::Target;
using Condition = orchestrate::Made::Condition;

inline MonotonicTime in(std::chrono::milliseconds from_now) { return system_clock().now() + from_now; }
inline MonotonicTime soon() { return in(std::chrono::seconds(10)); }

inline std::size_t distinct(const std::vector<provision::Reach>& reach) {
  std::set<std::string> places;
  for (const auto& each : reach)
    if (!each.addresses.empty()) places.insert(SocketAddress{each.addresses[0], each.port}.to_string());
  return places.size();
}

/// Orders of one check; all are removed at its end.
class Visit {
 public:
  explicit Visit(const TargetBench& bench) : bench_(bench), target_(bench.make()) {}
  ~Visit() {
    for (const auto& id : ids_) (void)target_->remove(id, soon());
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  Target* operator->() { return target_.get(); }
  void come_again() {
    target_.reset();
    target_ = bench_.make();
  }
  /// The bench's need, so many times.
  Need so_many(std::uint32_t count) const {
    auto need = bench_.need;
    need.count = count;
    return need;
  }

  orchestrate::TargetOrder order(const std::string& id, const Need& need) const {
    return {.id = id, .need = need, .settings = bench_.settings, .deadline = in(bench_.ready_within)};
  }
  void will_make(const std::string& id) { ids_.insert(id); }
  Result<Made> make(const std::string& id, const Need& need) {
    will_make(id);
    return target_->make(order(id, need), {});
  }
  /// Makes it, waits until it is ready, and tells what it is then.
  Made ready(const std::string& id, const Need& need) {
    const auto begun = make(id, need);
    if (!begun) FAIL("make: " << begun.error().to_string());
    return comes_to_be_ready(id, need.count);
  }
  Made comes_to_be_ready(const std::string& id, std::uint32_t parts) {
    const bool came = wait_until(
        [&] {
          const auto made = seen(id);
          return made.condition == Condition::ready && made.parts == parts;
        },
        bench_.ready_within);
    const auto made = seen(id);
    INFO(id << " has " << made.parts << " of " << parts << " parts; " << made.trouble);
    CHECK(came);
    return made;
  }
  Made seen(const std::string& id) {
    auto made = target_->look(id, soon());
    if (!made) FAIL("look: " << made.error().to_string());
    return *made;
  }
  /// In how many places an order is reached; how many parts it has, where targets do not tell.
  std::size_t distinct(const Made& made) const {
    return bench_.tells_reach ? target_conformance::distinct(made.reach) : made.parts;
  }
  bool gone(const std::string& id) { return seen(id).condition == Condition::gone; }
  std::vector<Made> listed() {
    auto all = target_->list(soon());
    if (!all) FAIL("list: " << all.error().to_string());
    std::erase_if(*all, [](const Made& each) { return each.condition == Condition::gone; });
    return *all;
  }
  void removes(const std::string& id) {
    const auto removed = target_->remove(id, soon());
    if (!removed) FAIL("remove: " << removed.error().to_string());
  }
  bool nothing_left() {
    if (!bench_.left) return true;
    wait_until([&] { return bench_.left().empty(); }, std::chrono::seconds(2));
    const auto left = bench_.left();
    for (const auto& one : left) UNSCOPED_INFO("left behind: " << one);
    return left.empty();
  }

 private:
  const TargetBench& bench_;
  std::unique_ptr<Target> target_;
  std::set<std::string> ids_;
};

/// What can be known of a need after a restart, at least.
inline bool same_need(const Need& a, const Need& b) { return a.machine == b.machine && a.count == b.count; }

inline void lives_and_ends(const TargetBench& bench) {
  Visit visit(bench);
  CHECK(visit->trouble() == "");
  CHECK(visit->refusal(bench.need) == "");
  CHECK_FALSE(visit->traits().name.empty());
  CHECK(visit->traits().usual_start > Duration::zero());
  const auto made = visit.ready("one", bench.need);
  CHECK(made.id == "one");
  CHECK(same_need(made.need, bench.need));
  CHECK(visit.distinct(made) == 1);
  CHECK(made.trouble.empty());
  const auto listed = visit.listed();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].id == "one");
  CHECK(listed[0].condition == Condition::ready);
  CHECK(same_need(listed[0].need, bench.need));

  visit.removes("one");
  CHECK(visit.gone("one"));
  CHECK(visit.listed().empty());
  visit.removes("one");
  CHECK(visit.nothing_left());
}

inline void makes_once(const TargetBench& bench) {
  Visit visit(bench);
  const auto need = visit.so_many(2);
  const auto first = visit.ready("twice", need);
  const auto again = visit.make("twice", need);
  REQUIRE(again);
  CHECK(again->parts <= 2);
  const auto second = visit.comes_to_be_ready("twice", 2);
  CHECK(visit.distinct(first) == 2);
  CHECK(second.reach == first.reach);
  CHECK(visit.listed().size() == 1);
  visit.removes("twice");
  CHECK(visit.nothing_left());
}

inline void is_found_again(const TargetBench& bench) {
  Visit visit(bench);
  const auto need = visit.so_many(2);
  const auto before = visit.ready("found", need);
  visit.come_again();
  const auto listed = visit.listed();
  if (!bench.outlives_us) {
    CHECK(listed.empty());
    CHECK(visit.nothing_left());
    return;
  }
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].id == "found");
  CHECK(same_need(listed[0].need, need));
  REQUIRE(visit.make("found", need));
  CHECK(visit.comes_to_be_ready("found", 2).reach == before.reach);
  visit.removes("found");
  CHECK(visit.nothing_left());
}

inline void refuses_what_it_does_not_know(const TargetBench& bench) {
  Visit visit(bench);
  const auto why = visit->refusal(*bench.unknown);
  CHECK_FALSE(why.empty());
  INFO(why);
  CHECK(why.find(bench.known) != std::string::npos);
  const auto made = visit.make("unknown", *bench.unknown);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::denied);
  CHECK(visit.gone("unknown"));
  CHECK(visit.nothing_left());
}

inline void refuses_odd_ids(const TargetBench& bench) {
  Visit visit(bench);
  for (const std::string id : {"", ".", "../up", "a/b", "a b", "-rf", "a\nb", "sch\xc3\xb6n", "$(id)", "a;b", "a,b=c",
                               "longer-than-any-id-that-we-make-ourselves"}) {
    INFO("id '" << id << "'");
    CHECK_FALSE(visit->make(visit.order(id, bench.need), {}));
  }
  CHECK(visit.listed().empty());
  CHECK(visit.nothing_left());
}

inline void knows_no_strangers(const TargetBench& bench) {
  Visit visit(bench);
  CHECK(visit.gone("nobody"));
  CHECK_FALSE(visit->change(visit.order("nobody", bench.need), {}));
  visit.removes("nobody");
  CHECK(visit.nothing_left());
}

inline void makes_nothing_too_late(const TargetBench& bench) {
  Visit visit(bench);
  visit.will_make("late");
  auto order = visit.order("late", bench.need);
  order.deadline = in(std::chrono::milliseconds(-1));
  const auto late = visit->make(order, {});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(visit->make(visit.order("late", bench.need), stop.get_token()));
  visit.removes("late");
  CHECK(visit.nothing_left());
}

inline void changes_how_many(const TargetBench& bench) {
  Visit visit(bench);
  visit.ready("sized", visit.so_many(1));
  const auto more = visit->change(visit.order("sized", visit.so_many(3)), {});
  if (!visit->traits().changes) {
    REQUIRE_FALSE(more);
    CHECK(more.error().code == ErrorCode::unsupported);
    return;
  }
  if (!more) FAIL("change: " << more.error().to_string());
  CHECK(visit.distinct(visit.comes_to_be_ready("sized", 3)) == 3);
  REQUIRE(visit->change(visit.order("sized", visit.so_many(2)), {}));
  const auto fewer = visit.comes_to_be_ready("sized", 2);
  CHECK(fewer.need.count == 2);
  CHECK(visit.listed().size() == 1);
  visit.removes("sized");
  CHECK(visit.nothing_left());
}

inline void changes_the_machine(const TargetBench& bench) {
  Visit visit(bench);
  visit.ready("grown", bench.need);
  const auto changed = visit->change(visit.order("grown", *bench.other_machine), {});
  if (!changed) FAIL("change: " << changed.error().to_string());
  const auto now = visit.comes_to_be_ready("grown", bench.other_machine->count);
  CHECK(same_need(now.need, *bench.other_machine));
  visit.removes("grown");
  CHECK(visit.nothing_left());
}

inline void completes_what_is_missing(const TargetBench& bench) {
  Visit visit(bench);
  const auto need = visit.so_many(2);
  visit.ready("lost", need);
  bench.lose_part("lost");
  REQUIRE(visit.make("lost", need));
  CHECK(visit.distinct(visit.comes_to_be_ready("lost", 2)) == 2);
  CHECK(visit.listed().size() == 1);
  visit.removes("lost");
  CHECK(visit.nothing_left());
}

inline void finds_halves(const TargetBench& bench) {
  Visit visit(bench);
  visit.ready("half", bench.need);
  bench.halve("half");
  CHECK(visit.seen("half").condition == Condition::partly);
  visit.come_again();
  const auto listed = visit.listed();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].id == "half");
  CHECK(listed[0].condition == Condition::partly);
  CHECK_FALSE(listed[0].trouble.empty());
  SECTION("and they are completed") {
    REQUIRE(visit.make("half", bench.need));
    visit.comes_to_be_ready("half", bench.need.count);
    CHECK(visit.listed().size() == 1);
  }
  SECTION("and they are removed") {}
  visit.removes("half");
  CHECK(visit.gone("half"));
  CHECK(visit.listed().empty());
  CHECK(visit.nothing_left());
}

inline void makes_many_at_once(const TargetBench& bench) {
  Visit visit(bench);
  std::vector<std::string> ids, errors(bench.many);
  for (std::size_t i = 0; i < bench.many; ++i) visit.will_make(ids.emplace_back("many-" + std::to_string(i)));
  const auto at_once = [&](const std::function<Result<void>(const std::string&)>& what) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < bench.many; ++i)
      threads.emplace_back([&, i] {
        if (const auto done = what(ids[i]); !done) errors[i] = done.error().to_string();
      });
  };
  at_once([&](const std::string& id) -> Result<void> {
    const auto made = visit->make(visit.order(id, bench.need), {});
    if (!made) return fail(made.error());
    return {};
  });
  for (const auto& error : errors) CHECK(error == "");
  std::vector<provision::Reach> reach;
  for (const auto& id : ids) {
    const auto made = visit.comes_to_be_ready(id, bench.need.count);
    reach.insert(reach.end(), made.reach.begin(), made.reach.end());
  }
  if (bench.tells_reach) CHECK(distinct(reach) == bench.many * bench.need.count);
  CHECK(visit.listed().size() == bench.many);
  at_once([&](const std::string& id) { return visit->remove(id, soon()); });
  for (const auto& error : errors) CHECK(error == "");
  CHECK(visit.listed().empty());
  CHECK(visit.nothing_left());
}

}  // namespace target_conformance

/// Each check in a section of its own, so that each has a bench of its own where the test case makes it.
inline void check_target(const TargetBench& bench) {
  using namespace target_conformance;
  SECTION("an order is made, becomes ready, is listed and removed, and nothing is left of it") {
    lives_and_ends(bench);
  }
  SECTION("the same id again makes nothing twice") { makes_once(bench); }
  SECTION("what was made is found again by a target that is made anew, or has ended with the old one") {
    is_found_again(bench);
  }
  if (bench.unknown) {
    SECTION("what it does not know is refused, and the refusal names what it knows") {
      refuses_what_it_does_not_know(bench);
    }
  }
  SECTION("ids with odd characters are refused") { refuses_odd_ids(bench); }
  SECTION("an id that nobody ordered is gone, cannot be changed, and removing it is fine") {
    knows_no_strangers(bench);
  }
  SECTION("an order that comes too late, or was called off, makes nothing") { makes_nothing_too_late(bench); }
  SECTION("how many parts there are can be changed, or that is said to be impossible") { changes_how_many(bench); }
  if (bench.other_machine) {
    SECTION("the machine type can be changed") { changes_the_machine(bench); }
  }
  if (bench.lose_part) {
    SECTION("the same id again completes what was lost") { completes_what_is_missing(bench); }
  }
  if (bench.halve) {
    SECTION("what is half there is found, also by a target that is made anew") { finds_halves(bench); }
  }
  if (bench.many > 0) {
    SECTION("many orders are made and removed at the same time, each reached elsewhere") { makes_many_at_once(bench); }
  }
}

}  // namespace harbinger::test
