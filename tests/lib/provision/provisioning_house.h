// An engine with a cloud, a table, and sizers that want what a test says.
#pragma once

#include "provision/engine.h"
#include "tests/lib/provision/cloud.h"
#include "tests/lib/provision/told_sizer.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

struct ProvisioningHouse {
  Scratch scratch;
  Metrics metrics;
  provision::ReadyTable table;
  std::shared_ptr<Cloud> cloud = std::make_shared<Cloud>();
  std::shared_ptr<ToldSizer::Word> word = std::make_shared<ToldSizer::Word>();
  std::mutex lock;
  std::vector<provision::Wish> changed;
  provision::ProvisioningEngine::Settings settings = usual();
  std::unique_ptr<provision::ProvisioningEngine> engine;

  static provision::ProvisioningEngine::Settings usual() {
    provision::PoolSettings pool;
    pool.what.name = "small";
    pool.what.provider = "cloud";
    pool.what.ready_within = std::chrono::seconds(5);
    pool.sizing.step = std::chrono::milliseconds(20);
    pool.sizing.most = 50;
    pool.drain = std::chrono::milliseconds(20);
    pool.ttl = std::chrono::seconds(0);
    pool.waiting_room = {IpAddress::parse("192.0.2.200").value()};
    return {.mode = provision::Mode::on, .pools = {pool}, .round = std::chrono::milliseconds(20)};
  }
  Result<void> try_start() {
    provision::ProvisioningEngine::World world{
        .clock = &system_clock(),
        .metrics = &metrics,
        .table = &table,
        .journal = scratch / "state/instances.journal",
        .secret = {4, 2},
        .changed =
            [this](provision::Wish wish) {
              const std::lock_guard guard(lock);
              changed.push_back(wish);
            },
        .sizers = [word = word](const auto&) { return std::make_unique<ToldSizer>(word); }};
    world.providers["cloud"] = std::make_unique<CloudProvider>(cloud);
    auto made = provision::ProvisioningEngine::start(settings, std::move(world));
    if (!made) return fail(made.error());
    engine = std::move(*made);
    return {};
  }
  void start() { try_start().value(); }

  void wish(std::uint64_t tag, std::uint64_t client = 1, bool proved = true) {
    engine->wished({{tag, 0}, client, proved});
  }
  provision::ProvisioningEngine::PoolState pool() const { return engine->state().pools.at(0); }
  /// The port that a tag is answered with; 0: none of its own.
  std::uint16_t port_of(std::uint64_t tag) const {
    const auto* found = table.find({tag, 0});
    return found ? found->port : 0;
  }
  bool served(std::uint64_t tag) {
    return wait_until([&] { return port_of(tag) != 0; });
  }
  bool ready(unsigned count) {
    return wait_until([&] { return pool().ready == count && pool().starting == 0; });
  }
  std::string instance_of(std::uint64_t tag) const {
    for (const auto& each : engine->state().instances)
      if (each.tag == tag && each.step == provision::Step::assigned) return each.id;
    return {};
  }
};

}  // namespace harbinger::test
