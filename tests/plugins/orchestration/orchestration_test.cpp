// The plugin: its configuration, and the one service of a folder.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "plugins/all.h"
#include "plugins/orchestration/service.h"
#include "tests/support/fake_orchestration_engine.h"
#include "tests/support/memory_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::orchestrate;
using Catch::Matchers::Contains;
using orchestration::OrchestrationService;

namespace {

const std::string kGood =
    "kind machine target local cold_cost 20 ready_within 30s\ntarget local process\ntemplate small target local\n"
    "command small /bin/true {port}\n";

// Engines that do what the test says.
struct Engines {
  FakeOrchestrationEngine* latest = nullptr;
  int started = 0;
  std::optional<Error> trouble{};
  orchestration::EngineSource source{[this](auto settings, auto world) -> Result<std::unique_ptr<OrchestrationEngine>> {
    if (trouble) return fail(*trouble);
    auto made = std::make_unique<FakeOrchestrationEngine>(std::move(settings), std::move(world));
    latest = made.get();
    ++started;
    return made;
  }};
};

struct House {
  Engines engines;
  Scratch folder;
  MemoryServer server;

  explicit House(const std::string& lines, const std::string& mode = "")
      : server("example {\norchestration " + mode + " {\n" + lines + "}\nhosts {\n 192.0.2.80 www.example\n}\n}\n",
               all_plugins(), folder.path()) {}
};

std::string fault(const std::string& lines) {
  try {
    const House house(lines);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the engine is told what the lines of orchestration say") {
  House house(kGood +
                  "setting machine zone a\noption local nice 5\ndetail small umask 077\nreactive\nunused_after 3m\n"
                  "budget resources 7 per_user 2\nbudget cost_per_hour 50\nround 2s\n"
                  "rule use-case production kind deployments verb create*\n",
              "approval");
  REQUIRE(house.engines.latest);
  const auto& settings = house.engines.latest->settings;
  CHECK(settings.mode == Mode::approval);
  CHECK(settings.reactive);
  REQUIRE(settings.kinds.size() == 1);
  CHECK(settings.kinds[0].target == "local");
  CHECK(settings.kinds[0].cold_cost == 20);
  CHECK(settings.kinds[0].idle_cost == 1);
  CHECK(settings.kinds[0].ready_within == std::chrono::seconds(30));
  CHECK(settings.kinds[0].settings == std::map<std::string, std::string>{{"zone", "a"}});
  CHECK(settings.budgets.resources == 7);
  CHECK(settings.budgets.per_user == 2);
  CHECK(settings.budgets.starts_per_hour == 500);
  CHECK(settings.budgets.cost_per_hour == 50);
  CHECK(settings.unused_after == std::chrono::minutes(3));
  CHECK(settings.round == std::chrono::seconds(2));
  CHECK(house.engines.latest->world.targets.contains("local"));
  REQUIRE(house.engines.latest->pinned.size() == 1);
  CHECK(house.engines.latest->pinned[0].attribute == Attribute::use_case);
  CHECK(house.engines.latest->pinned[0].value == 2);
  CHECK(house.engines.latest->pinned[0].verb == "create*");
}

TEST_CASE("a dry run is what there is when nothing is said, and queries go by") {
  House house(kGood);
  CHECK(house.engines.latest->settings.mode == Mode::dry_run);
  CHECK(house.server.ask("www.example. A")->answers() == "www.example. 3600 IN A 192.0.2.80\n");
}

TEST_CASE("acts in a log that is followed reach the engine, with the user's key and what he asks for") {
  const Engines engines;
  const Scratch folder;
  const auto log = folder.write("portal.json", "");
  const MemoryServer server("example {\norchestration {\n" + kGood +
                                "window 0s\nwatch portal.json json mapping "
                                "actor=who,verb=did,machine=size from_start on\n}\n}\n",
                            all_plugins(), folder.path());
  folder.write("portal.json", "{\"who\": \"alice\", \"did\": \"create\", \"size\": \"small\"}\n");
  REQUIRE(wait_until([&] { return engines.latest->acts().size() == 1; }));
  CHECK(engines.latest->acts()[0].second == "create");
  REQUIRE(engines.latest->asked().size() == 1);
  CHECK(engines.latest->asked()[0].machine == "small");
}

TEST_CASE("blocks with the same folder share one engine, and others have their own") {
  const Engines engines;
  const Scratch folder;
  const auto block = [](const std::string& zone, const std::string& state) {
    return zone + " {\norchestration {\n" + kGood + "state " + state + "\n}\n}\n";
  };
  const MemoryServer server(block("a.example", "one") + block("b.example", "one") + block("c.example", "two"),
                            all_plugins(), folder.path());
  CHECK(engines.started == 2);
}

TEST_CASE("while another process has the folder of orchestration, the server serves, says so, and tries again") {
  Engines engines;
  const Scratch folder;
  Metrics metrics;
  engines.trouble = Error{ErrorCode::conflict, "the journal belongs to another process"};
  const auto service =
      OrchestrationService::shared({.state = folder / "state"}, {&system_clock(), &metrics, {}}).value();
  CHECK(service->engine() == nullptr);
  CHECK_THAT(service->trouble(), Contains("belongs to another process"));
  engines.trouble.reset();
  CHECK(wait_until([&] { return service->engine() != nullptr; }));
  CHECK(service->trouble().empty());
}

TEST_CASE("what targets complain of is the plugin's note") {
  Engines engines;
  const Scratch folder;
  Metrics metrics;
  const auto service =
      OrchestrationService::shared({.state = folder / "state"}, {&system_clock(), &metrics, {}}).value();
  engines.latest->told.troubles = {{"target local", "no such program"}};
  CHECK(service->trouble() == "target local: no such program");
}

TEST_CASE("a network that reads acts comes from its module, and where there is none, that is said") {
  const Scratch empty;
  ::setenv("HARBINGER_MODULES", empty.path().c_str(), 1);
  const auto said = fault(kGood + "network\n");
  ::unsetenv("HARBINGER_MODULES");
  CHECK_THAT(said, Contains("harbinger-engine.so"));
}

TEST_CASE("a configuration of orchestration that cannot be is refused with what would be right") {
  CHECK(fault(kGood).empty());
  CHECK_THAT(fault("target local process\n"), Contains("write a line as `kind machine target"));
  CHECK_THAT(fault("kind machine target far\n" + kGood), Contains("kind \"machine\" stands twice"));
  CHECK_THAT(fault(kGood + "kind volume target far\n"), Contains("there is no target \"far\"; there are local"));
  CHECK_THAT(fault(kGood + "kind volume\n"), Contains("target"));
  CHECK_THAT(fault(kGood + "target far telepathy\n"), Contains("process|container|qemu"));
  CHECK_THAT(fault(kGood + "template big target local\n"), Contains("`command big "));
  CHECK_THAT(fault(kGood + "template big target far\n"), Contains("there is no target \"far\""));
  CHECK_THAT(fault(kGood + "template big target local memory 1000\ncommand big /bin/true\n"),
             Contains("at least 1MiB"));
  CHECK_THAT(fault(kGood + "command big /bin/true\n"), Contains("there is no template \"big\"; there are small"));
  CHECK_THAT(fault(kGood + "setting volume a b\n"), Contains("there is no kind \"volume\""));
  CHECK_THAT(fault(kGood + "option far a b\n"), Contains("there is no target \"far\""));
  CHECK_THAT(fault(kGood + "detail big a b\n"), Contains("there is no template \"big\""));
  CHECK_THAT(fault(kGood + "watch a.log telepathy\n"), Contains("watch a.log") && Contains("cloudtrail"));
  CHECK_THAT(fault(kGood + "watch a.log json mapping actor\n"), Contains("watch a.log"));
  CHECK_THAT(fault(kGood + "watch a.log cloudtrail\nwatch a.log json\n"), Contains("stands twice"));
  CHECK_THAT(fault(kGood + "mapping nothing\n"), Contains("mapping"));
  CHECK_THAT(fault(kGood + "rule mood good\n"), Contains("there are skill, use-case, sensitivity, security"));
  CHECK_THAT(fault(kGood + "rule skill wizard\n"), Contains("beginner, intermediate, expert"));
  CHECK_THAT(fault(kGood + "rule skill expert verb a\nrule skill beginner verb a\n"), Contains("skill"));
  CHECK_THAT(fault(kGood + "budget resources -1\n"), Contains("number"));
  CHECK_THAT(fault(kGood + "budget cost_per_hour -1\n"), Contains("at least 0"));
  CHECK_THAT(fault(kGood + "horizon 1ms\n"), Contains("between 1s and"));
  CHECK_THAT(fault(kGood + "http 127.0.0.1:9\n"), Contains("everybody could approve plans"));
  CHECK_THAT(fault(kGood + "certificate c.pem\n"), Contains("stand together"));
  CHECK_THAT(fault(kGood + "state /dev/null/x\n"), Contains("cannot make /dev/null/x"));
}
