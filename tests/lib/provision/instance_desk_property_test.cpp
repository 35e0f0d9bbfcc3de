// What holds in every order of events.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "tests/lib/provision/instance_world.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// Providers, probes and clients that do what chance says, and a ledger of what really runs.
struct Chance {
  std::mt19937 dice;
  Budgets budgets;
  InstanceWorld world;
  std::map<std::string, Act> calls;  // under way
  std::set<std::string> runs;        // at the provider
  std::set<std::string> written;     // in the journal

  explicit Chance(unsigned seed) : dice(seed), budgets(tight()), world({first(), small_pool("large")}, budgets, true) {}
  static Budgets tight() {
    Budgets budgets;
    budgets.instances = 12;
    budgets.starts_per_hour = 150;
    budgets.starts_per_pool_hour = 100;
    budgets.starts_per_tag_hour = 20;
    return budgets;
  }
  static PoolSettings first() {
    auto pool = small_pool();
    pool.recycle = true;
    pool.without = PoolSettings::Without::shared;
    pool.idle_after = 20s;
    pool.sizing.most = 9;
    return pool;
  }
  unsigned below(unsigned bound) { return static_cast<unsigned>(dice() % bound); }
  bool seldom() { return below(25) == 0; }

  // As the engine does: written down first, and what could not be is not done.
  void take() {
    world.take();
    const bool full = seldom();
    auto acts = std::exchange(world.acts, {});
    auto notes = std::exchange(world.notes, {});
    if (full && !notes.empty()) {
      world.desk.journal("no space");
      std::erase_if(acts, [](const Act& act) { return act.kind == Act::Kind::start; });
      for (const auto& each : notes) world.desk.unwritten(each, world.now);
      world.desk.journal("");
    }
    for (const auto& each : notes) {
      if (each.kind == Note::Kind::ordered && !full) written.insert(each.id);
      if (each.kind == Note::Kind::ended) {
        CHECK_FALSE(runs.contains(each.id));
        written.erase(each.id);
      }
    }
    for (const auto& act : acts) {
      CHECK_FALSE(calls.contains(act.id));
      calls[act.id] = act;
      if (act.kind == Act::Kind::start) {
        CHECK(written.contains(act.id));
        if (!seldom()) runs.insert(act.id);
      }
    }
  }
  void answer() {
    if (calls.empty()) return;
    const auto at = std::next(calls.begin(), below(static_cast<unsigned>(calls.size())));
    const auto act = at->second;
    calls.erase(at);
    const bool there = runs.contains(act.id);
    auto found = world.found(act.id);
    if (!there) found.condition = Found::Condition::gone;
    const auto no = fail(ErrorCode::timeout, "no answer");
    switch (act.kind) {
      case Act::Kind::start:
        return there && !seldom() ? world.start(act.id) : world.start(act.id, false);
      case Act::Kind::look:
        return world.desk.looked(act.id, found, world.now);
      case Act::Kind::usage:
        return world.desk.used(act.id, Usage{.cpus = 0.5 * below(3)}, world.now);
      case Act::Kind::resize:
        return seldom() ? world.desk.resized(act.id, act.size, no, world.now)
                        : world.desk.resized(act.id, act.size, {}, world.now);
      case Act::Kind::stop:
        if (seldom()) return world.stop(act.id, false);
        runs.erase(act.id);
        return world.stop(act.id);
    }
  }
  void list() {
    std::vector<Found> all;
    for (const auto& each : runs) all.push_back(world.found(each));
    world.desk.listed(0, all, world.now, world.now);
  }
  std::string some_id() {
    std::vector<std::string> ids;
    world.desk.each([&](const Instance& each) { ids.push_back(each.id); });
    return ids.empty() ? "none" : ids[below(static_cast<unsigned>(ids.size()))];
  }
  void event() {
    const std::uint64_t tag = 1 + below(12);
    const auto pool = static_cast<std::uint16_t>(below(2));
    switch (below(14)) {
      case 0:
      case 1:
        return static_cast<void>(world.desk.want({tag, pool}, world.now));
      case 2:
        return world.desk.target(pool, {.ready = below(6), .keep = below(3), .panic = seldom()});
      case 3:
        return world.desk.invalidate(tag, below(2) == 0 ? std::optional<std::uint64_t>(1 + below(12)) : std::nullopt,
                                     world.now);
      case 4:
        return seldom() ? static_cast<void>(world.desk.release(some_id(), world.now)) : void();
      case 5:
      case 6: {
        const auto id = some_id();
        return world.desk.probed(id, runs.contains(id) && !seldom(), "no answer", world.now);
      }
      case 7:
        return seldom() ? static_cast<void>(runs.erase(some_id())) : void();  // it dies
      case 8:
        return seldom() ? list() : void();
      case 9:
        return world.desk.halt(seldom());
      case 10:
        world.now = world.now + std::chrono::milliseconds(below(15'000));
        return world.desk.tick(world.now);
      default:
        return answer();
    }
  }
  void check() {
    std::set<std::pair<std::uint64_t, unsigned>> tags;
    std::set<std::string> known;
    std::map<unsigned, unsigned> of_pool;
    world.desk.each([&](const Instance& each) {
      known.insert(each.id);
      if (each.pool != InstanceDesk::kNoPool) ++of_pool[each.pool];
      if (each.step == Step::assigned) {
        CHECK(each.tag != 0);
        CHECK(tags.insert({each.tag, each.pool}).second);
        CHECK(world.desk.find(Wish{each.tag, each.pool}) == &each);
      }
      if (each.step == Step::ready) CHECK(each.tag == 0);
      if (each.coming) CHECK((each.step == Step::ordered || each.step == Step::starting));
    });
    CHECK(world.desk.size() <= budgets.instances);
    CHECK(of_pool[0] <= 9);
    for (const auto& each : runs) CHECK(known.contains(each));
    for (std::uint16_t i = 0; i < 2; ++i) {
      const auto view = world.desk.pool(i);
      CHECK(view.starting + view.ready + view.assigned + view.draining + view.failed == of_pool[i]);
    }
    CHECK(world.desk.pool(0).counts.starts + world.desk.pool(1).counts.starts <= budgets.starts_per_hour);
  }
  // Everything ends where it is wanted to end.
  void wind_up() {
    world.desk.halt(true);
    std::vector<std::string> ids;
    world.desk.each([&](const Instance& each) { ids.push_back(each.id); });
    for (const auto& each : ids) world.desk.release(each, world.now);
    for (int i = 0; i < 2000 && world.desk.size() > 0; ++i) {
      take();
      answer();
      world.now = world.now + 1s;
      world.desk.tick(world.now);
    }
    take();
    CHECK(world.desk.size() == 0);
    CHECK(runs.empty());
  }
};

}  // namespace

TEST_CASE("whatever happens to instances, none is in two places, budgets hold, and what was ordered runs or is ended") {
  PoolCounts all;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Chance chance(seed);
    for (int i = 0; i < 1500; ++i) {
      chance.event();
      chance.take();
      if (i % 10 == 0) chance.check();
    }
    chance.wind_up();
    const auto counts = chance.world.desk.pool(0).counts;
    all.hits += counts.hits;
    all.cold += counts.cold;
    all.failures += counts.failures;
    all.stops += counts.stops;
  }
  // Something happened.
  CHECK(all.hits > 40);
  CHECK(all.cold > 40);
  CHECK(all.failures > 40);
  CHECK(all.stops > 400);
}
