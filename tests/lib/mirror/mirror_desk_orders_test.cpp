// Events in every order: what is told is verified, owned, and on servers that are there.
#include <catch2/catch.hpp>

#include <optional>
#include <random>

#include "tests/lib/mirror/desk_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// What is true outside of the desk: what each server really gives out, and what DNS really says.
struct Truth {
  struct Copy {
    bool good = false;  // verified since it was last filled
  };
  struct Told {
    std::vector<Publication::At> servers;
    std::uint64_t version = 0;
    MonotonicTime until{};
  };
  std::map<std::string, Copy> copies;  // by resource and server
  std::map<std::string, Told> dns;     // by resource
};

class Orders {
 public:
  explicit Orders(unsigned seed) : random_(seed), world_({.in_flight = 4, .verify_every = 30s}) { world_.look(); }

  void run(int events) {
    for (int i = 0; i < events; ++i) {
      one();
      after();
    }
  }
  // Everybody answers, and nothing more happens: DNS says what the desk believes.
  void calm_down() {
    world_.owner = true;
    for (int i = 0; i < 100; ++i) {
      world_.look();
      answer_all();
      world_.pass(10s, 10s);
      after();
    }
    for (const auto& each : world_.desk.mirrors()) {
      if (is_over(each.step)) break;
      const auto& told = truth_.dns[each.wish.resource].servers;
      const bool seen = std::ranges::find(told, each.wish.at) != told.end();
      INFO(each.wish.resource << " on " << each.wish.at.server << " is " << to_string(each.step));
      CHECK(seen == (each.step == Step::published));
      CHECK((each.step == Step::published || each.step == Step::away));
    }
    for (const auto& [name, told] : truth_.dns)
      for (const auto& each : told.servers) CHECK(copy(name, each.server).good);
  }
  int published() const { return published_; }

 private:
  std::size_t any(std::size_t of) { return std::uniform_int_distribution<std::size_t>(0, of - 1)(random_); }
  bool chance(double of) { return std::uniform_real_distribution<>(0, 1)(random_) < of; }
  std::string resource() { return std::string(1, static_cast<char>('x' + any(2))) + ".example"; }
  std::string server() { return std::string(1, static_cast<char>('a' + any(3))); }

  void one() {
    switch (any(12)) {
      case 0:
        return world_.want(server(), 1, resource());
      case 1:
        return world_.desk.unwant(resource(), "fra", server(), "", world_.now);
      case 2:
      case 3:
        return answer_fill(chance(0.8));
      case 4:
      case 5:
        return answer_verify(chance(0.8) ? Verdict::good : static_cast<Verdict>(any(6)));
      case 6:
      case 7:
        return answer_tell(any(10));
      case 8:
        return world_.pass(std::chrono::milliseconds(any(20'000)), 5s);
      case 9:
        return toggle(server());
      case 10:
        world_.owner = chance(0.8);
        return;
      default:
        return recover();
    }
  }

  void toggle(const std::string& name) {
    if (world_.up.erase(name) == 0) world_.up[name] = at(name, chance(0.2) ? 8080 : 80);
    world_.look();
  }
  // The process died: a new desk would know this from the journal. Here it is told to one that knows nothing of the resource yet.
  void recover() {
    const auto name = resource();
    auto& told = truth_.dns[name];
    for (const auto& each : world_.desk.mirrors())
      if (each.wish.resource == name && !is_over(each.step)) return;
    if (told.servers.empty()) return;
    world_.desk.recover({.resource = name, .cluster = "fra", .servers = told.servers, .version = told.version}, 60s,
                        world_.now);
  }

  template <class Acts>
  std::optional<typename Acts::value_type> some(Acts& acts) {
    if (acts.empty()) return std::nullopt;
    const auto at = acts.begin() + static_cast<std::ptrdiff_t>(any(acts.size()));
    const auto act = *at;
    if (chance(0.9)) acts.erase(at);  // else it is said twice
    return act;
  }
  void answer_fill(bool well) {
    if (const auto act = some(world_.fills)) world_.desk.filled(act->ticket, well, {}, chance(0.5), world_.now);
  }
  void answer_verify(Verdict verdict) {
    const auto act = some(world_.verifies);
    if (!act) return;
    // A silent origin says nothing of the copy.
    const bool first = answered_.insert(act->ticket).second;
    if (first && tickets_[act->resource + act->at.server] == act->ticket && verdict != Verdict::no_reference)
      copy(act->resource, act->at.server).good = verdict == Verdict::good;
    world_.desk.verified(act->ticket, verdict, {}, world_.now);
  }
  // DNS takes it, or not, and says so, or not.
  void answer_tell(std::size_t how) {
    const auto act = some(tells_);
    if (!act) return;
    if (how == 6) return world_.desk.refused(act->what, world_.now);
    auto& told = truth_.dns[act->what.resource];
    const bool newer = act->what.version >= told.version;
    if (how < 8 && newer) told = {act->what.servers, act->what.version, world_.now + act->what.lease};
    if (how == 9) return;
    Result<void> outcome;
    if (how >= 7) outcome = fail(ErrorCode::unreachable, "silent");
    if (!newer) outcome = fail(ErrorCode::conflict, "later");
    world_.desk.told(act->what, outcome, world_.now);
  }
  void answer_all() {
    for (int i = 0; i < 30; ++i) {
      answer_fill(true);
      after();
      answer_verify(Verdict::good);
      after();
      answer_tell(0);
      after();
    }
  }
  Truth::Copy& copy(const std::string& resource, const std::string& server) { return truth_.copies[resource + server]; }

  // What the desk wants done is looked at in its order.
  void after() {
    world_.take();
    for (const auto& act : world_.fills) note_ticket(act.resource + act.server, act.ticket, false);
    for (const auto& act : world_.verifies) note_ticket(act.resource + act.at.server, act.ticket, true);
    for (const auto& act : world_.tells) {
      check(act);
      tells_.push_back(act);
    }
    world_.tells.clear();
    for (auto& [name, told] : truth_.dns)
      if (world_.now >= told.until) told.servers.clear();
    check_published();
  }
  // A fill makes what was known of the copy void.
  void note_ticket(const std::string& key, std::uint64_t ticket, bool verifies) {
    if (ticket <= tickets_[key]) return;
    tickets_[key] = ticket;
    if (!verifies) truth_.copies[key].good = false;
  }
  void check(const TellAct& act) {
    INFO(act.what.resource << " version " << act.what.version);
    CHECK(act.what.version > versions_[act.what.resource]);
    versions_[act.what.resource] = act.what.version;
    const auto& before = last_told_[act.what.resource];
    for (const auto& each : act.what.servers) {
      CHECK(copy(act.what.resource, each.server).good);
      REQUIRE(world_.up.contains(each.server));
      CHECK(world_.up.at(each.server) == each);
      if (std::ranges::find(before, each) == before.end()) CHECK(world_.owner);
    }
    if (act.renewal) CHECK(world_.owner);
    last_told_[act.what.resource] = act.what.servers;
    published_ += !act.what.servers.empty();
  }
  void check_published() {
    for (const auto& each : world_.desk.mirrors()) {
      if (each.step != Step::published) continue;
      INFO(each.wish.resource << " on " << each.wish.at.server);
      const bool right = each.verified && copy(each.wish.resource, each.wish.at.server).good &&
                         world_.up.contains(each.wish.at.server);
      if (!right) FAIL_CHECK("it is published");
    }
  }

  std::mt19937 random_;
  DeskWorld world_;
  Truth truth_;
  std::vector<TellAct> tells_;
  std::map<std::string, std::uint64_t> tickets_, versions_;
  std::set<std::uint64_t> answered_;
  std::map<std::string, std::vector<Publication::At>> last_told_;
  int published_ = 0;
};

}  // namespace

TEST_CASE("in any order of events, what is told of was verified since it was filled, is owned, and its server is up") {
  int published = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    Orders orders(seed);
    orders.run(300);
    orders.calm_down();
    published += orders.published();
  }
  CHECK(published > 200);  // something happens in these stories
}
