// An engine with two edges beside real caches, and its DNS answers.
#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <optional>

#include <harbinger/repeater.h>
#include "tests/lib/mirror/mirror_world.h"

namespace harbinger::test {

struct EngineHouse {
  static constexpr const char* kFilm = "film.example";

  WordOrigin origin;
  NginxCache::Options kept_whole{.slice = ""};
  NginxCache cache_a{origin.address(), kept_whole}, cache_b{origin.address(), kept_whole};
  Scratch scratch;
  Metrics metrics;
  std::shared_ptr<steer::SteeringService> steering = steer::SteeringService::shared({&system_clock(), &metrics, {}});
  std::vector<std::shared_ptr<void>> defined;
  std::shared_ptr<edge::EdgeHub> hub =
      edge::EdgeHub::make({}, {.clock = &system_clock(), .metrics = &metrics, .steering = steering});
  std::unique_ptr<NearEdge> a, b;
  std::unique_ptr<mirror::MirrorShare> share = mirror::make_lone_share(system_clock());
  mirror::OwnAnswers own{system_clock(), {}};
  std::shared_ptr<ToldPlanner::Word> word = std::make_shared<ToldPlanner::Word>();
  mirror::MirrorSettings settings;
  mirror::MirrorDesk::Limits limits;
  std::unique_ptr<mirror::MirrorEngine> engine;
  std::mutex beating;
  std::optional<Repeater> beats;

  explicit EngineHouse(bool liar = false) {
    define("a", cache_a.address());
    define("b", cache_b.address());
    raise_a(liar);
    b = std::make_unique<NearEdge>(*hub, "b", cache_b.address(), metrics);
    beats.emplace(std::chrono::milliseconds(5), [this] {
      hub->tick();
      steering->book().tick();
      const std::lock_guard lock(beating);
      if (a) a->beat();
      if (b) b->beat();
    });
    settings.lease = std::chrono::seconds(4);
    settings.ttl = settings.drain = std::chrono::seconds(1);
    settings.fill_patience = settings.verify_patience = std::chrono::milliseconds(3000);
  }
  ~EngineHouse() {
    engine.reset();
    beats.reset();
  }

  void define(const std::string& name, const SocketAddress& cache) {
    defined.push_back(steering->book().define({.name = name, .addresses = {cache.ip}, .port = cache.port}).value());
  }
  void raise_a(bool liar = false) {
    auto edge = std::make_unique<NearEdge>(*hub, "a", cache_a.address(), metrics, liar);
    const std::lock_guard lock(beating);
    a = std::move(edge);
  }
  void kill_a() {
    std::unique_ptr<NearEdge> gone;
    {
      const std::lock_guard lock(beating);
      gone = std::move(a);
    }
    gone.reset();
  }
  /// With both edges there, so that the first plan knows them.
  void start() {
    REQUIRE(wait_until([&] { return all_there(*hub, 2); }));
    auto rules = mirror::MirrorRules::make(
        {{"{resource}.example", {"http://{name}/one", "http://{name}/two"}, "film", origin.address()}});
    engine =
        mirror::MirrorEngine::start({.rules = std::move(rules.value()),
                                     .look_every = std::chrono::milliseconds(20),
                                     .desk = limits,
                                     .mirrors = settings},
                                    {.clock = &system_clock(),
                                     .metrics = &metrics,
                                     .hub = hub,
                                     .steering = steering,
                                     .share = share.get(),
                                     .own = &own,
                                     .planner = std::make_unique<ToldPlanner>(word),
                                     .demands = mirror::make_forecast_demands(std::chrono::seconds(60)),
                                     .verifier = mirror::Verifier::start({}, system_clock()),
                                     .journal = mirror::MirrorJournal::open(scratch / "journal", Secret{1}).value()});
  }
  /// Somebody asks for the film, and the planner is told what to do about it.
  void want(const std::string& server, bool wanted = true) {
    engine->asked(resource_hash(kFilm), kFilm, own.cluster("fra"));
    {
      const std::lock_guard lock(word->lock);
      word->wanted[{kFilm, server}] = wanted;
    }
    engine->plan_soon();
  }
  std::string told() const {
    const auto found = own.find(kFilm, "fra");
    std::string all;
    if (found)
      for (const auto& each : found->servers) all += each.server;
    return all;
  }
  mirror::MirrorDesk::Mirror mirror(const std::string& server) const {
    for (const auto& each : engine->state().mirrors)
      if (each.mirror.wish.at.server == server) return each.mirror;
    return {};
  }
  bool reaches(const std::string& server, mirror::Step step) const {
    return wait_until([&] { return mirror(server).step == step; });
  }
};

}  // namespace harbinger::test
