// What the engine's loop costs by itself. Hidden: figures are for people. `test_persona "[measure]"`
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>

#include <tests/support/persona_fakes.h>
#include <tests/support/scratch.h>
#include "persona/engine_core.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

double cpu_s() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double resident_mb() {
  std::ifstream status("/proc/self/statm");
  double whole = 0, resident = 0;
  status >> whole >> resident;
  return resident * 4096 / 1e6;
}

/// Does as little as a network can.
class NoNetwork final : public Network {
 public:
  void step(std::span<const EventCode>, std::span<float>, std::span<float> surprise) override {
    std::ranges::fill(surprise, 1.0F);
  }
  void predict(std::span<const float>, std::span<float> out) override { std::ranges::fill(out, -5.0F); }
  double train(std::span<const Sequence>) override { return 1; }
  double loss(std::span<const Sequence>) override { return 1; }
  std::unique_ptr<Network> clone() const override { return std::make_unique<NoNetwork>(); }
  std::vector<std::uint8_t> save() const override { return std::vector<std::uint8_t>(300'000); }
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }
};

struct Measured {
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(1000);
  Watchers watchers;
  Trainer trainer{Trainer::Settings{}};
  EngineSettings settings;
  std::unique_ptr<EngineCore> core;

  explicit Measured(const std::filesystem::path& state = {}) {
    if (!state.empty()) settings.state = state;
    EngineWorld world;
    world.clock = &system_clock();
    world.random = &system_random();
    trainer.begin(std::make_unique<NoNetwork>());
    core = std::make_unique<EngineCore>(settings, std::make_shared<Catalogue>(), std::make_unique<NoNetwork>(), nullptr,
                                        world, EngineCore::Neighbours{mailbox, &watchers, &trainer, nullptr},
                                        std::make_unique<test::PlainClusters>());
  }

  /// Everybody does something once, and holds a token.
  void fill(std::size_t clients) {
    for (std::size_t first = 0; first < clients; first += 1000) {
      std::vector<PersonaAsk> asks(std::min<std::size_t>(1000, clients - first));
      for (std::size_t i = 0; i < asks.size(); ++i) asks[i].client = first + i + 1;
      core->take(std::make_shared<Asks>(asks, PersonaEngine::Assigned{}));
    }
  }
};

double per_act(std::size_t clients, bool queue_too) {
  Measured measured;
  measured.fill(clients);
  test::ScriptedRandom random;
  const auto now = measured.core->now();
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("name-" + std::to_string(i) + ".example.org");
  std::vector<BehaviourEvent> acts(1 << 18);
  for (auto& act : acts) {
    act.client = random.next() % clients + 1;
    act.at = now;
    act.resource = names[random.next() % names.size()];
  }
  ActQueue queue(1 << 18, 1024);
  double used = 0;
  for (int round = 0; round < 4; ++round) {
    const auto before = cpu_s();
    std::size_t good = 0;
    for (const auto& act : acts) good += fault_of(act, now) == EventFault::none;
    queue.put(acts, acts.size() - good, {});
    const auto between = cpu_s();
    while (auto block = queue.take()) {
      measured.core->deal_with(*block, false, [] {});
      queue.settle(std::move(block));
    }
    used += queue_too ? cpu_s() - before : cpu_s() - between;
  }
  return used / 4 / static_cast<double>(acts.size()) * 1e9;
}

void checkpoint(std::size_t clients) {
  test::Scratch scratch;
  std::filesystem::create_directories(scratch / "state");
  const auto key = read_or_make_secret(scratch / "key").value();
  {
    Measured measured(scratch / "state");
    CHECK(measured.core->load(scratch / "state", key));
    measured.fill(clients);
    bool saved = false;
    double longest = 0;
    measured.core->save([&](const Result<void>& result) { saved = result.has_value(); });
    while (!saved) {
      const auto before = cpu_s();
      measured.core->go_on();
      longest = std::max(longest, cpu_s() - before);
    }
    std::printf("%8zu clients: checkpoint %.2f s, of the engine's thread at most %.2f ms of a processor at a time",
                clients, measured.core->detail().checkpoint_s, longest * 1e3);
  }
  const auto wall = std::chrono::steady_clock::now();
  const auto cpu = cpu_s();
  Measured measured(scratch / "state");
  CHECK(measured.core->load(scratch / "state", key));
  std::printf("; read again in %.2f s (%.2f s of a processor), %.0f MB on disk\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(), cpu_s() - cpu,
              static_cast<double>(std::filesystem::file_size(checkpoints_in(scratch / "state").at(0))) / 1e6);
  CHECK(measured.core->clients() == clients);
}

}  // namespace

TEST_CASE("the loop's own cost for an act", "[.][measure]") {
  for (const std::size_t clients : {1000, 100'000, 1'000'000}) {
    const auto inside = per_act(clients, false), all = per_act(clients, true);
    std::printf("%8zu clients: %.0f ns per act on the engine's thread; %.0f with checking and queueing\n", clients,
                inside, all);
  }
}

TEST_CASE("what a client takes in memory", "[.][measure]") {
  for (const std::size_t clients : {100'000, 1'000'000}) {
    const auto before = resident_mb();
    Measured measured;
    measured.fill(clients);
    std::printf("%8zu clients: %.0f octets each by our count, %.0f by the system's\n", clients,
                static_cast<double>(measured.core->bytes()) / static_cast<double>(clients),
                (resident_mb() - before) * 1e6 / static_cast<double>(clients));
  }
}

TEST_CASE("checkpoints and restarts", "[.][measure]") {
  for (const std::size_t clients : {100'000, 1'000'000}) checkpoint(clients);
}
