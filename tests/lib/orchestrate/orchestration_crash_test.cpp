// An engine in a process of its own that is killed at each step, with real instances, and what is there once it has come again.
#include <catch2/catch.hpp>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <set>

#include "orchestrate/engine_start.h"
#include "orchestrate/instances_target.h"
#include "tests/lib/orchestrate/orchestration_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

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

class DoomedJournal final : public OrchestrationJournal {
 public:
  DoomedJournal(std::unique_ptr<OrchestrationJournal> journal, Doom& doom)
      : journal_(std::move(journal)), doom_(doom) {}
  Result<void> write(std::span<const Entry> entries) override {
    doom_.step();
    auto written = journal_->write(entries);
    doom_.step();
    return written;
  }
  Result<void> halt(bool halted) override { return journal_->halt(halted); }
  Result<void> spend_numbers(std::uint64_t below) override { return journal_->spend_numbers(below); }
  Result<void> check(std::size_t octets) override { return journal_->check(octets); }
  bool halted() const override { return journal_->halted(); }
  std::uint64_t numbers_spent() const override { return journal_->numbers_spent(); }
  const std::map<std::string, Entry, std::less<>>& entries() const override { return journal_->entries(); }

 private:
  const std::unique_ptr<OrchestrationJournal> journal_;
  Doom& doom_;
};

// A real provider, each start and stop of which may be the last thing that is done.
class DoomedProvider final : public provision::Provider {
 public:
  DoomedProvider(std::unique_ptr<provision::Provider> provider, Doom& doom) : of_(std::move(provider)), doom_(doom) {}
  provision::ProviderTraits traits() const override { return of_->traits(); }
  std::string trouble() override { return of_->trouble(); }
  Result<provision::Found> start(const provision::Order& order, std::stop_token stop) override {
    doom_.step();
    auto found = of_->start(order, stop);
    doom_.step();
    return found;
  }
  Result<provision::Found> look(std::string_view id, MonotonicTime deadline) override {
    return of_->look(id, deadline);
  }
  Result<provision::Usage> usage(std::string_view id, MonotonicTime deadline) override {
    return of_->usage(id, deadline);
  }
  Result<void> stop(std::string_view id, MonotonicTime deadline) override {
    doom_.step();
    auto stopped = of_->stop(id, deadline);
    doom_.step();
    return stopped;
  }
  Result<void> resize(std::string_view id, const provision::Size& size, MonotonicTime deadline) override {
    return of_->resize(id, size, deadline);
  }
  Result<std::vector<provision::Found>> list(MonotonicTime deadline) override { return of_->list(deadline); }

 private:
  const std::unique_ptr<provision::Provider> of_;
  Doom& doom_;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

provision::Template small_web(const fs::path& folder, const std::string& provider) {
  provision::Template what;
  what.name = "small";
  what.provider = provider;
  what.size = {.cpus = 0.5, .memory_mb = 64};
  what.image = provider == "container" ? (folder / "root").string() : "";
  what.command = {"busybox", "httpd", "-f", "-p", "{address}:{port}", "-h", "/"};
  return what;
}

// What a killed process had begun to start holds its locks for a moment more.
template <class Try>
auto soon_there(Try attempt) {
  auto got = attempt();
  CHECK(wait_until([&] { return got || (got = attempt()); }, 5s));
  if (!got) FAIL(got.error().to_string());
  return *std::move(got);
}

std::unique_ptr<provision::Provider> make_provider(const fs::path& folder, const std::string& word) {
  return soon_there([&] {
    return provision::make_provider(
        word, {.clock = &system_clock(), .installation = "crash", .state = folder / "instances", .options = {}});
  });
}

// All that a process has.
struct Doomed {
  Metrics metrics;
  std::shared_ptr<Foretold> word = std::make_shared<Foretold>();
  Doom doom;
  std::unique_ptr<OrchestrationEngine> engine;

  Doomed(const fs::path& folder, const std::string& provider, int step) : doom(step) {
    OrchestrationEngine::Settings settings{.mode = Mode::on,
                                           .kinds = {{.kind = "machine", .target = "here"}},
                                           .round = 10ms,
                                           .cool_down = 0s,
                                           .reactive = true};
    OrchestrationEngine::World world{.clock = &system_clock(),
                                     .metrics = &metrics,
                                     .attributes = std::make_unique<ToldAttributes>(),
                                     .needs = std::make_unique<ToldNeeds>(word),
                                     .secret = kSecret};
    world.targets["here"] =
        make_instances_target(std::make_unique<DoomedProvider>(make_provider(folder, provider), doom),
                              {.templates = {small_web(folder, provider)}});
    auto journal = std::make_unique<DoomedJournal>(
        soon_there([&] { return OrchestrationJournal::open(folder / "journal", kSecret); }), doom);
    engine = start_engine(std::move(settings), std::move(world), std::move(journal)).value();
  }
  void foresee(ActorKey user, std::vector<LikelyNeed> needs) {
    word->say(user, std::move(needs));
    const Activity act{.actor = user, .verb = "look", .kind = "servers", .source = "test", .scope = {}};
    engine->heard(std::span(&act, 1));
  }
  bool becomes(std::size_t spare, std::size_t claimed) {
    using Step = Resource::Step;
    return wait_until(
        [&] {
          const auto all = engine->resources();
          const auto count = [&](Step step) { return std::ranges::count(all, step, &Resource::step); };
          return all.size() == spare + claimed && count(Step::spare) == static_cast<std::ptrdiff_t>(spare) &&
                 count(Step::claimed) == static_cast<std::ptrdiff_t>(claimed);
        },
        10s);
  }
};

Need small(std::uint32_t count) { return {.kind = "machine", .machine = "small", .count = count}; }

std::map<std::string, OrchestrationJournal::Entry, std::less<>> journalled(const fs::path& folder) {
  return soon_there([&] { return OrchestrationJournal::open(folder / "journal", kSecret); })->entries();
}

// "ID-N" of what runs: order and part.
std::map<std::string, std::set<std::string>> running(const fs::path& folder, const std::string& provider) {
  std::map<std::string, std::set<std::string>> all;
  const auto there = soon_there([&] { return make_provider(folder, provider)->list(system_clock().now() + 10s); });
  for (const auto& each : there) {
    const auto dash = each.id.rfind('-');
    CHECK(all[each.id.substr(0, dash)].insert(each.id).second);  // none twice
  }
  return all;
}

void busybox_root(const fs::path& folder) {
  for (const char* name : {"bin", "proc", "dev", "sys", "tmp", "run"}) fs::create_directories(folder / "root" / name);
  fs::copy_file(*find_program("busybox"), folder / "root/bin/busybox");
  fs::create_symlink("busybox", folder / "root/bin/sh");
  for (const auto& each : {folder, folder / "root/tmp"}) fs::permissions(each, fs::perms::all);
}

/// Whether the life came to its end by itself, and so all steps were seen.
bool killed_at(int step, const std::string& provider) {
  const Scratch scratch;
  if (provider == "container") busybox_root(scratch.path());
  const auto self = fs::read_symlink("/proc/self/exe").string();
  Process first(
      {self, "a life of some resources*"},
      {.environment = {"FOLDER=" + scratch.path().string(), "PROVIDER=" + provider, "DOOM=" + std::to_string(step)}});
  const auto ending = first.wait(40s);
  INFO("killed at step " << step << "\n" << first.output());
  REQUIRE(ending);
  const auto known = journalled(scratch.path());
  // Whatever runs, the journal knows.
  const auto ran = running(scratch.path(), provider);
  for (const auto& [id, parts] : ran) CHECK(known.contains(id));
  {
    Doomed second(scratch.path(), provider, 0);
    const auto kept =
        std::ranges::count_if(known, [&](const auto& each) { return each.second.asked && !each.second.removing; });
    // What somebody asked for is there, whole, and his; what nobody asked for and nobody foresees is gone.
    CHECK(second.becomes(0, static_cast<std::size_t>(kept)));
    const auto now_runs = running(scratch.path(), provider);
    CHECK(now_runs.size() == static_cast<std::size_t>(kept));
    for (const auto& each : second.engine->resources()) {
      REQUIRE(known.contains(each.id));
      CHECK(each.user == known.at(each.id).user);
      REQUIRE(now_runs.contains(each.id));
      CHECK(now_runs.at(each.id).size() == each.need.count);
      CHECK(second.engine->release(each.id));
    }
    CHECK(second.becomes(0, 0));
  }
  CHECK(running(scratch.path(), provider).empty());
  CHECK(journalled(scratch.path()).empty());
  if (ending->signal == SIGKILL) return false;
  CHECK(ending->exit_code == 0);
  return true;
}

void killed_at_every_step(const std::string& provider) {
  int step = 1;
  while (step < 100 && !killed_at(step, provider)) ++step;
  CHECK(step >= 30);
  CHECK(step < 100);
}

}  // namespace

// Run by the tests below, in a process of its own.
TEST_CASE("a life of some resources, for who watches", "[.life]") {
  Doomed life(environment("FOLDER"), environment("PROVIDER"), std::atoi(environment("DOOM").c_str()));
  life.foresee(7, {likely(small(2), 0.8F)});
  REQUIRE(life.becomes(1, 0));
  life.word->say(7, {});
  REQUIRE(life.engine->claim(7, small(2)));
  const auto other = life.engine->claim(8, small(1)).value().id;
  REQUIRE(life.becomes(0, 2));
  life.foresee(9, {likely(small(1), 0.8F)});
  REQUIRE(life.becomes(1, 2));
  life.foresee(9, {likely(small(2), 0.8F)});
  REQUIRE(wait_until([&] {
    const auto all = life.engine->resources();
    return std::ranges::any_of(
        all, [](const auto& each) { return each.step == Resource::Step::spare && each.need.count == 2; });
  }));
  life.foresee(9, {});
  REQUIRE(life.engine->release(other));
  REQUIRE(life.becomes(0, 1));
}

TEST_CASE("an orchestration that is killed at any step accounts for all its processes when it comes again") {
  const bool possible = find_program("busybox").has_value();
  if (!possible) WARN("processes that serve need busybox");
  if (possible) killed_at_every_step("process");
}

TEST_CASE("an orchestration that is killed at any step accounts for all its containers when it comes again", "[long]") {
  const bool possible = geteuid() == 0 && find_program("runc") && find_program("busybox");
  if (!possible) WARN("containers need root, runc and busybox");
  if (possible) killed_at_every_step("container");
}
