// An engine in a process of its own that is killed at each step, and what DNS says once it has come again.
#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <harbinger/repeater.h>
#include "tests/lib/mirror/mirror_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kFilm = "film.example";
const Secret kSecret{4, 2};

// Dies at a step of its own count: right before or after something that others can see, or the disk keeps.
class Doom {
 public:
  explicit Doom(int step) : left_(step) {}
  void step() {
    if (--left_ == 0) std::raise(SIGKILL);
  }

 private:
  std::atomic<int> left_;
};

class DoomedJournal final : public MirrorJournal {
 public:
  DoomedJournal(std::unique_ptr<MirrorJournal> journal, Doom& doom) : journal_(std::move(journal)), doom_(doom) {}
  Result<void> write(const Entry& entry) override {
    doom_.step();
    auto written = journal_->write(entry);
    doom_.step();
    return written;
  }
  const Entry* find(const std::string& resource, const std::string& cluster) const override {
    return journal_->find(resource, cluster);
  }
  std::vector<Entry> entries() const override { return journal_->entries(); }
  std::uint64_t size() const override { return journal_->size(); }

 private:
  const std::unique_ptr<MirrorJournal> journal_;
  Doom& doom_;
};

// Another DNS server, without leases: a file that says which servers it tells of, and outlives everybody.
class FileDns final : public Publisher {
 public:
  FileDns(std::filesystem::path file, Doom& doom) : file_(std::move(file)), doom_(doom) {}
  void publish(const Publication& what, Done done) override {
    doom_.step();
    std::string names;
    for (const auto& each : what.servers) names += each.server;
    const auto beside = file_.string() + ".new";
    std::ofstream(beside) << names;
    std::filesystem::rename(beside, file_);
    doom_.step();
    done({});
  }
  void renew(const Publication& what, Done done) override { publish(what, std::move(done)); }

 private:
  const std::filesystem::path file_;
  Doom& doom_;
};

// All that a process has.
struct Doomed {
  std::filesystem::path folder;
  Doom doom;
  Metrics metrics;
  std::shared_ptr<steer::SteeringService> steering = steer::SteeringService::shared({&system_clock(), &metrics, {}});
  std::vector<std::shared_ptr<void>> defined;
  std::shared_ptr<edge::EdgeHub> hub =
      edge::EdgeHub::make({}, {.clock = &system_clock(), .metrics = &metrics, .steering = steering});
  std::vector<std::unique_ptr<NearEdge>> edges;
  std::unique_ptr<MirrorShare> share = make_lone_share(system_clock());
  OwnAnswers own{system_clock(), {}};
  FileDns dns;
  std::shared_ptr<ToldPlanner::Word> word = std::make_shared<ToldPlanner::Word>();
  std::unique_ptr<MirrorEngine> engine;
  std::optional<Repeater> beats;

  Doomed(const std::filesystem::path& where, int step) : folder(where), doom(step), dns(folder / "dns", doom) {}
  ~Doomed() {
    engine.reset();
    beats.reset();
  }
  void join(const std::string& name, const SocketAddress& cache) {
    defined.push_back(steering->book().define({.name = name, .addresses = {cache.ip}, .port = cache.port}).value());
    edges.push_back(std::make_unique<NearEdge>(*hub, name, cache, metrics));
  }
  void start(const SocketAddress& origin) {
    beats.emplace(5ms, [this] {
      hub->tick();
      for (const auto& each : edges) each->beat();
    });
    REQUIRE(wait_until([this] { return all_there(*hub, edges.size()); }));  // the first plan knows them
    MirrorSettings settings;
    settings.lease = settings.ttl = settings.drain = 1s;
    engine = MirrorEngine::start(
        {.rules = MirrorRules::make({{"{resource}.example", {"http://{name}/one"}, "film", origin}}).value(),
         .look_every = 20ms,
         .mirrors = settings},
        {.clock = &system_clock(),
         .metrics = &metrics,
         .hub = hub,
         .steering = steering,
         .share = share.get(),
         .own = &own,
         .elsewhere = &dns,
         .planner = std::make_unique<ToldPlanner>(word),
         .demands = make_forecast_demands(60s),
         .verifier = Verifier::start({}, system_clock()),
         .journal = std::make_unique<DoomedJournal>(MirrorJournal::open(folder / "journal", kSecret).value(), doom)});
  }
  void want(const std::string& server, bool wanted) {
    engine->asked(resource_hash(kFilm), kFilm, own.cluster("fra"));
    {
      const std::lock_guard lock(word->lock);
      word->wanted[{kFilm, server}] = wanted;
    }
    engine->plan_soon();
  }
  bool says(const std::string& names) const {
    return wait_until([&] { return read_text(folder / "dns") == names; }, 10s);
  }
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

// Run by the tests below, in a process of its own.
TEST_CASE("a life of two mirrors, for who watches", "[.life]") {
  const auto cache = SocketAddress::parse(environment("CACHE")).value();
  Doomed life(environment("FOLDER"), std::atoi(environment("DOOM").c_str()));
  const bool first = environment("LIFE") == "first";
  if (first) life.join("a", cache);
  life.join("b", cache);
  life.start(SocketAddress::parse(environment("ORIGIN")).value());
  if (!first) std::this_thread::sleep_for(1h);
  life.want("a", true);
  REQUIRE(life.says("a"));
  life.want("b", true);
  REQUIRE(wait_until([&] { return read_text(life.folder / "dns").size() == 2; }, 10s));
  life.want("a", false);
  REQUIRE(life.says("b"));
  life.want("b", false);
  REQUIRE(life.says(""));
  REQUIRE(wait_until([&] { return life.engine->state().mirrors.back().mirror.step == Step::withdrawn; }, 10s));
}

namespace {

struct Watched {
  WordOrigin origin, cache;
  Scratch scratch;

  Process live(const std::string& life, int doom) {
    const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
    return {
        {self, "a life of two mirrors*"},
        {.environment = {"FOLDER=" + scratch.path().string(), "CACHE=" + cache.address().to_string(),
                         "ORIGIN=" + origin.address().to_string(), "LIFE=" + life, "DOOM=" + std::to_string(doom)}}};
  }
  std::string dns() const { return read_text(scratch / "dns"); }
  std::string journal() const {
    const auto journal = MirrorJournal::open(scratch / "journal", kSecret).value();
    std::string names;
    for (const auto& each : journal->entries())
      for (const auto& at : each.what.servers) names += at.server;
    return names;
  }
};

// Returns how many steps there were.
int kill_at_each_step(bool cache_is_right) {
  for (int step = 1; step < 100; ++step) {
    Watched world;
    auto first = world.live("first", step);
    const auto ending = first.wait(40s);
    INFO("killed at step " << step << "\n" << first.output());
    REQUIRE(ending);
    if (ending->signal != SIGKILL) {
      CHECK(ending->exit_code == 0);
      CHECK(world.journal().empty());
      return step - 1;
    }
    // Whatever DNS tells of, the journal knows.
    const auto known = world.journal();
    INFO("DNS says `" << world.dns() << "`, the journal `" << known << "`");
    for (const char server : world.dns()) CHECK(known.contains(server));
    // Server a does not come back; b does, with what is right or with something else.
    if (!cache_is_right) world.cache.say("another film");
    auto second = world.live("second", 0);
    const std::string right = cache_is_right && known.contains('b') ? "b" : "";
    CHECK(wait_until([&] { return world.dns() == right; }, 15s));
    std::this_thread::sleep_for(50ms);
    CHECK(world.dns() == right);
  }
  return 100;
}

}  // namespace

TEST_CASE("an engine that is killed at any step comes again and withdraws what is gone, and renews what is right") {
  CHECK(kill_at_each_step(true) >= 14);
}

TEST_CASE("an engine that is killed at any step comes again and withdraws what became wrong") {
  CHECK(kill_at_each_step(false) >= 14);
}
