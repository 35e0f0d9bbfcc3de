// An engine in a process of its own that is killed at each step, and what runs once it has come again.
#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "provision/engine_start.h"
#include "tests/lib/provision/told_sizer.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"
#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

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

class DoomedJournal final : public ProvisionJournal {
 public:
  DoomedJournal(std::unique_ptr<ProvisionJournal> journal, Doom& doom) : journal_(std::move(journal)), doom_(doom) {}
  Result<void> write(std::span<const Entry> entries) override {
    doom_.step();
    auto written = journal_->write(entries);
    doom_.step();
    return written;
  }
  Result<void> halt(bool halted) override { return journal_->halt(halted); }
  Result<void> check(std::size_t octets) override { return journal_->check(octets); }
  bool halted() const override { return journal_->halted(); }
  const std::map<std::string, Entry, std::less<>>& entries() const override { return journal_->entries(); }
  std::uint64_t size() const override { return journal_->size(); }

 private:
  const std::unique_ptr<ProvisionJournal> journal_;
  Doom& doom_;
};

// Instances are files, which outlive everybody; all are reached at one address.
class FileProvider final : public Provider {
 public:
  FileProvider(std::filesystem::path folder, std::uint16_t port, Doom& doom)
      : folder_(std::move(folder)), port_(port), doom_(doom) {
    std::filesystem::create_directories(folder_);
  }
  ProviderTraits traits() const override { return {.name = "files", .outlives_us = true}; }
  std::string trouble() override { return {}; }
  Result<Found> start(const Order& order, std::stop_token) override {
    doom_.step();
    std::ofstream(folder_ / order.id) << "runs";
    doom_.step();
    return found(order.id);
  }
  Result<Found> look(std::string_view id, MonotonicTime) override { return found(std::string(id)); }
  Result<Usage> usage(std::string_view, MonotonicTime) override { return Usage{}; }
  Result<void> stop(std::string_view id, MonotonicTime) override {
    doom_.step();
    std::filesystem::remove(folder_ / id);
    doom_.step();
    return {};
  }
  Result<void> resize(std::string_view, const Size&, MonotonicTime) override {
    return fail(ErrorCode::unsupported, "files have no size");
  }
  Result<std::vector<Found>> list(MonotonicTime) override {
    std::vector<Found> all;
    for (const auto& each : std::filesystem::directory_iterator(folder_)) all.push_back(found(each.path().filename()));
    return all;
  }

 private:
  Found found(const std::string& id) const {
    const bool there = std::filesystem::exists(folder_ / id);
    return {.id = id,
            .condition = there ? Found::Condition::running : Found::Condition::gone,
            .reach = {.addresses = {IpAddress::parse("127.0.0.1").value()}, .port = port_}};
  }
  const std::filesystem::path folder_;
  const std::uint16_t port_;
  Doom& doom_;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// All that a process has.
struct Doomed {
  Metrics metrics;
  ReadyTable table;
  std::shared_ptr<ToldSizer::Word> word = std::make_shared<ToldSizer::Word>();
  Doom doom;
  std::unique_ptr<ProvisioningEngine> engine;

  Doomed(const std::filesystem::path& folder, std::uint16_t port, int step, unsigned ready) : doom(step) {
    word->ready = ready;
    PoolSettings pool;
    pool.what.name = "small";
    pool.what.provider = "files";
    pool.sizing.step = 10ms;
    pool.idle_after = 1h;
    pool.drain = 10ms;
    pool.ttl = 0s;
    ProvisioningEngine::World world{
        .clock = &system_clock(), .metrics = &metrics, .table = &table, .sizers = [this](const auto&) {
          return std::make_unique<ToldSizer>(word);
        }};
    world.providers["files"] = std::make_unique<FileProvider>(folder / "runs", port, doom);
    auto journal = std::make_unique<DoomedJournal>(ProvisionJournal::open(folder / "journal", kSecret).value(), doom);
    engine =
        start_engine({.mode = Mode::on, .pools = {pool}, .round = 10ms}, std::move(world), std::move(journal)).value();
  }
  void wish(std::uint64_t tag) { engine->wished({{tag, 0}, 1, true}); }
  std::string instance_of(std::uint64_t tag) const {
    for (const auto& each : engine->state().instances)
      if (each.tag == tag && each.step == Step::assigned) return each.id;
    return {};
  }
  bool served(std::uint64_t tag) {
    return wait_until([&] { return !instance_of(tag).empty(); });
  }
};

}  // namespace

// Run by the test below, in a process of its own.
TEST_CASE("a life of two instances, for who watches", "[.life]") {
  Doomed life(environment("FOLDER"), static_cast<std::uint16_t>(std::atoi(environment("PORT").c_str())),
              std::atoi(environment("DOOM").c_str()), 1);
  life.wish(7);
  REQUIRE(life.served(7));
  life.wish(8);
  REQUIRE(life.served(8));
  life.word->ready = 0;
  REQUIRE(life.engine->release(life.instance_of(8)));
  REQUIRE(wait_until([&] { return life.engine->state().instances.size() <= 2; }));
}

TEST_CASE("an engine that is killed at any step finds all its instances again, with their tags, and leaks none") {
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  WebServer reach([](const WebRequest&, WebPeer&) {});
  const auto port = reach.address().port;
  int step = 1;
  for (; step < 100; ++step) {
    const Scratch scratch;
    Process first({self, "a life of two instances*"},
                  {.environment = {"FOLDER=" + scratch.path().string(), "PORT=" + std::to_string(port),
                                   "DOOM=" + std::to_string(step)}});
    const auto ending = first.wait(40s);
    INFO("killed at step " << step << "\n" << first.output());
    REQUIRE(ending);
    // Whatever runs, the journal knows, and whose it is.
    std::map<std::string, std::uint64_t> known;
    {
      const auto journal = ProvisionJournal::open(scratch / "journal", kSecret).value();
      for (const auto& [id, entry] : journal->entries()) known[id] = entry.tag;
    }
    std::set<std::string> ran;
    for (const auto& each : std::filesystem::directory_iterator(scratch / "runs")) ran.insert(each.path().filename());
    for (const auto& each : ran) CHECK(known.contains(each));
    {
      std::ofstream(scratch / "runs/hb-nobody") << "runs";
      Doomed second(scratch.path(), port, 0, 0);
      const auto runs = [&](const std::string& id) { return std::filesystem::exists(scratch / "runs" / id); };
      CHECK(wait_until([&] { return !runs("hb-nobody"); }));
      for (const auto& [id, tag] : known)
        if (tag != 0 && ran.contains(id)) CHECK(wait_until([&] { return second.instance_of(tag) == id; }));
      // What runs is what the engine has, and what it has can be ended.
      for (const auto& each : second.engine->state().instances) CHECK(second.engine->release(each.id));
      CHECK(wait_until([&] { return second.engine->state().instances.empty(); }));
    }
    CHECK(std::filesystem::is_empty(scratch / "runs"));
    CHECK(ProvisionJournal::open(scratch / "journal", kSecret).value()->entries().empty());
    if (ending->signal == SIGKILL) continue;
    CHECK(ending->exit_code == 0);
    break;
  }
  CHECK(step >= 16);
}
