// What holds in every order of events.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "orchestrate/resource_desk.h"
#include "tests/lib/orchestrate/orchestration_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Step = Resource::Step;

namespace {

// A target, forecasts and users that do what chance says, and a ledger of what really is there.
struct Chance {
  static constexpr unsigned kUsers = 6;
  std::mt19937 dice;
  Budgets budgets{
      .resources = 14, .per_user = 4, .starts_per_hour = 200, .starts_per_user_hour = 60, .cost_per_hour = 20};
  Moment now{.at = {1'000'000'000}, .date = 1'700'000'000'000};
  unsigned ids = 0;
  std::map<std::string, DeskAct> calls;  // under way
  std::map<std::string, Need> there;     // at the target
  std::set<std::string> written;         // in the journal
  std::map<std::string, unsigned> orders;
  std::set<std::string> released;  // by their users
  std::set<std::string> claimed;   // or asked for, and on their way
  std::set<std::string> had;       // by users, at some time
  std::deque<MonotonicTime> ordered;
  ResourceDesk desk;

  Chance(unsigned seed, Mode mode, bool reactive, double cold_cost)
      : dice(seed), desk(rules(budgets, mode, reactive, cold_cost), [this](std::string_view) {
          return "hb-" + std::to_string(++ids);
        }) {}

  static ResourceDesk::Rules rules(const Budgets& budgets, Mode mode, bool reactive, double cold_cost) {
    ResourceDesk::Rules rules{.mode = mode, .budgets = budgets, .cool_down = 5s, .unused_after = 60s};
    rules.kinds = {{.kind = "machine", .target = "estate", .cold_cost = cold_cost, .ready_within = 20s}};
    rules.targets = {{"estate",
                      {.name = "estate", .usual_start = 1s, .cost_per_hour = 1.5, .changes = true},
                      [](const Need&) { return std::string(); }}};
    rules.approval_within = 10s;
    rules.reactive = reactive;
    return rules;
  }
  unsigned below(unsigned bound) { return static_cast<unsigned>(dice() % bound); }
  bool seldom() { return below(20) == 0; }
  Need some_need() { return machine(below(2) == 0 ? "small" : "large", 1 + below(3)); }

  // As the engine does: written down first, and what could not be is not done.
  void take() {
    const bool full = seldom();
    auto notes = desk.take_notes();
    auto acts = desk.take_acts();
    using Kind = DeskNote::Kind;
    for (const auto& note : notes) {
      const bool intends = note.kind == Kind::ordered || note.kind == Kind::changed;
      if (full && intends) {
        std::erase_if(acts, [&](const auto& act) { return act.id == note.id && act.kind != DeskAct::Kind::remove; });
        desk.unwritten(note, now);
      }
      if (note.kind == Kind::ordered && !full) written.insert(note.id);
      if (note.kind == Kind::ended) {
        CHECK_FALSE(there.contains(note.id));
        written.erase(note.id);
        claimed.erase(note.id);
      }
    }
    for (const auto& act : acts) {
      CHECK_FALSE(calls.contains(act.id));
      calls[act.id] = act;
      if (act.kind == DeskAct::Kind::make) CHECK(written.contains(act.id));
      if (act.kind == DeskAct::Kind::make && ++orders[act.id] == 1) ordered.push_back(now.at);
      // What somebody has is taken away when he gives it back, or when it is gone.
      if (act.kind == DeskAct::Kind::remove && had.contains(act.id))
        CHECK((released.contains(act.id) || !there.contains(act.id)));
    }
  }

  Result<Made> seen(const std::string& id) const {
    const auto at = there.find(id);
    if (at == there.end()) return Made{.id = id, .condition = Made::Condition::gone};
    return Made{.id = id, .need = at->second, .condition = Made::Condition::ready, .parts = at->second.count};
  }
  void answer() {
    if (calls.empty()) return;
    const auto at = std::next(calls.begin(), below(static_cast<unsigned>(calls.size())));
    const auto act = at->second;
    calls.erase(at);
    desk.begun(act.id, now);
    using Kind = DeskAct::Kind;
    if (act.kind == Kind::remove) {
      if (seldom()) return desk.removed(act.id, harbinger::fail(ErrorCode::timeout, "slow"), now);
      there.erase(act.id);
      return desk.removed(act.id, {}, now);
    }
    const bool done = act.kind == Kind::look || !seldom();
    if (done && act.kind != Kind::look) there[act.id] = act.need;
    Result<Made> said = seen(act.id);
    if (seldom()) said = harbinger::fail(below(2) == 0 ? ErrorCode::timeout : ErrorCode::too_large, "trouble");
    if (said && seldom()) said->condition = Made::Condition::partly;
    if (act.kind == Kind::make) desk.made(act.id, said, now);
    if (act.kind == Kind::change) desk.changed(act.id, said, now);
    if (act.kind == Kind::look) desk.looked(act.id, said, now);
  }

  void foresee() {
    Outlook outlook;
    for (unsigned i = below(4); i > 0; --i)
      outlook.needs.push_back(likely(some_need(), static_cast<float>(below(100)) / 100));
    const bool forgets = below(3) == 0;
    if (forgets) outlook.needs.clear();
    desk.foreseen(1 + below(kUsers), {.outlook = outlook, .acted = below(2) == 0}, now);
  }
  void ask() {
    const auto answer = desk.asked(1 + below(kUsers), some_need(), below(2) == 0, now);
    if (!answer.id.empty()) claimed.insert(answer.id);
  }
  void release() {
    if (claimed.empty()) return;
    const auto id = *std::next(claimed.begin(), below(static_cast<unsigned>(claimed.size())));
    if (desk.release(id, now)) released.insert(id);
  }
  void approve() {
    for (const auto& each : desk.plan())
      if (each.state == Action::State::proposed) (void)desk.approve(each.number, below(4) != 0, now);
  }
  void list() {
    std::vector<Made> all;
    for (const auto& [id, need] : there) all.push_back(*seen(id));
    desk.listed(0, all, now.at, now);
  }
  void steal() {
    if (there.empty()) return;
    const auto at = std::next(there.begin(), below(static_cast<unsigned>(there.size())));
    if (!calls.contains(at->first)) there.erase(at);
  }

  void step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        foresee();
        break;
      case 3:
        ask();
        break;
      case 4:
        if (seldom()) steal();
        release();
        break;
      case 5:
        approve();
        break;
      case 6:
        if (seldom()) list();
        break;
      case 7:
        desk.used(1 + below(kUsers), static_cast<float>(below(100)) / 100, now);
        break;
      default:
        answer();
    }
    take();
    now.at = now.at + 100ms * below(10);
    now.date += 500;
    desk.tick(now);
    take();
    check();
  }

  void check() {
    unsigned parts = 0;
    std::map<ActorKey, unsigned> ahead;
    desk.each([&](const DeskResource& each) {
      const auto& what = each.what;
      parts += what.need.count;
      if (!each.asked) ahead[what.user] += what.need.count;
      if (each.asked) claimed.insert(what.id);
      if (what.step == Step::claimed) had.insert(what.id);
      if (what.step == Step::claimed) CHECK(each.asked);
    });
    CHECK(parts <= budgets.resources);
    CHECK(parts * 1.5 <= budgets.cost_per_hour + 1e-9);
    for (const auto& [user, count] : ahead) CHECK(count <= budgets.per_user);
    while (!ordered.empty() && now.at - ordered.front() >= 1h) ordered.pop_front();
    CHECK(ordered.size() <= budgets.starts_per_hour);
    // Whatever is there is known, and was written down.
    for (const auto& [id, need] : there) CHECK((desk.find(id) && written.contains(id)));
  }

  // All goes, once nobody has or foresees anything.
  void settle() {
    for (const auto& id : std::set(claimed)) {
      if (desk.release(id, now)) released.insert(id);
    }
    for (int i = 0; i < 2000 && (!calls.empty() || !resources_gone()); ++i) {
      for (unsigned user = 1; user <= kUsers; ++user) desk.foreseen(user, {.outlook = {}}, now);
      check();
      for (const auto& id : std::set(claimed))
        if (desk.release(id, now)) released.insert(id);
      answer();
      take();
      now.at = now.at + 1s;
      desk.tick(now);
      take();
    }
  }
  bool resources_gone() const {
    bool none = true;
    desk.each([&](const DeskResource&) { none = false; });
    return none;
  }
};

void play(Mode mode, bool reactive, unsigned seeds, double cold_cost) {
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed << ", waiting costs " << cold_cost);
    Chance chance(seed, mode, reactive, cold_cost);
    for (int i = 0; i < 1500; ++i) chance.step();
    CHECK(chance.desk.counts().hits + chance.desk.counts().misses > 20);
    chance.settle();
    CHECK(chance.there.empty());
    CHECK(chance.written.empty());
    CHECK(chance.resources_gone());
    for (const auto& each : chance.desk.plan()) CHECK(each.kind == Action::Kind::make);
  }
}

}  // namespace

TEST_CASE("in any order of events, budgets hold, nothing is ordered unwritten, and what is claimed is not taken away") {
  for (const double cold_cost : {1.0, 10.0}) {
    play(Mode::on, true, 12, cold_cost);
    play(Mode::on, false, 6, cold_cost);
    play(Mode::approval, true, 6, cold_cost);
  }
}
