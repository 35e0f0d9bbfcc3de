// harbinger-replay through whole servers: in memory and over the wire.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using Json = nlohmann::json;

namespace {

const std::string kProgram = HARBINGER_BINARY_DIR "/server/harbinger-replay";

// Clients that go the same way through eight names of a zone, again and again, a second apart.
struct Stage {
  Scratch scratch;

  Stage(std::uint16_t port) {
    std::string zone =
        "$ORIGIN way.example.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n";
    std::string trace = "client,time,resource\n";
    for (int name = 0; name < 8; ++name)
      zone += "n" + std::to_string(name) + " A 192.0.2." + std::to_string(10 + name) + "\n";
    for (int round = 0; round < 60; ++round)
      for (int name = 0; name < 8; ++name)
        trace += "c" + std::to_string(round) + "," + std::to_string(1000 + round * 10 + name) + ",n" +
                 std::to_string(name) + ".way.example\n";
    scratch.write("way.zone", zone);
    scratch.write("trace.csv", trace);
    scratch.write("Harbingerfile", "way.example:" + std::to_string(port) +
                                       " {\n bind 127.0.0.1\n file way.zone\n prefetch {\n floor 0.05\n }\n}\n");
  }

  Json judge(std::vector<std::string> how) const {
    std::vector<std::string> command{kProgram,  "--format", "csv",      "--models",
                                     "markov1", "--json",   "out.json", "trace.csv"};
    command.insert(command.end(), how.begin(), how.end());
    Process::Options options;
    options.directory = scratch.path();
    Process process(command, options);
    const auto ending = process.wait(std::chrono::seconds(100));
    INFO(process.output());
    REQUIRE(ending);
    REQUIRE(ending->exit_code == 0);
    return Json::parse(read_text(scratch / "out.json"))["models"];
  }
};

}  // namespace

TEST_CASE("a chain in virtual time learns the way from queries alone and hints at it") {
  const Stage stage(5300);
  const auto models = stage.judge({"--through", "Harbingerfile"});
  CHECK(models["harbinger_chain"]["top5"] > 0.5);
  CHECK(models["harbinger_chain"]["at_waste"]["1.0"]["coverage"] > 0.5);
  CHECK(models["markov1"]["top1"] > 0.9);
}

TEST_CASE("a Harbingerfile that is wrong is told with its place") {
  const Stage stage(5300);
  stage.scratch.write("wrong", "way.example {\n  fiel way.zone\n}\n");
  Process::Options options;
  options.directory = stage.scratch.path();
  Process process({kProgram, "--format", "csv", "--models", "markov1", "trace.csv", "--through", "wrong"}, options);
  const auto ending = process.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code == 1);
  INFO(process.output());
  CHECK(process.output().find("wrong:2:3") != std::string::npos);
}

TEST_CASE("a running server is asked over the wire and its hints are judged") {
  const auto port = free_port();
  const Stage stage(port);
  Process::Options options;
  options.directory = stage.scratch.path();
  Process server({HARBINGER_BINARY_DIR "/server/harbingerd", "-conf", "Harbingerfile"}, options);
  REQUIRE(wait_until([&] { return server.output().find("listening on") != std::string::npos; }));
  const auto models = stage.judge({"--server", "127.0.0.1:" + std::to_string(port), "--speed", "200"});
  INFO(server.output());
  CHECK(models["harbinger_wire"]["top5"] > 0.3);
}
