// The scripts that people start first.
#include <catch2/catch.hpp>

#include <csignal>

#include "tests/support/dns_client.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {
namespace {

const std::filesystem::path kSource = HARBINGER_SOURCE_DIR;

Process server_run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {kSource / "server/run", "--harbingerd", HARBINGER_DAEMON});
  return Process(arguments);
}

// The script takes a port and, without resolvers, the one behind it.
std::uint16_t two_free_ports() {
  std::uint16_t port = 0;
  wait_until([&] {
    port = free_port();
    return port < 65000 && !answers(loopback(static_cast<std::uint16_t>(port + 1)));
  });
  return port;
}

}  // namespace

TEST_CASE("server/run --once shows our zone and a forwarded name and ends well") {
  auto run = server_run({"--once", "--port", std::to_string(two_free_ports())});
  const auto ending = run.wait(std::chrono::seconds(60));
  INFO(run.output());
  REQUIRE(ending);
  CHECK(ending->exit_code == 0);
  CHECK_THAT(run.output(), Catch::Contains("www.harbinger.example.") && Catch::Contains("192.0.2.1"));
  CHECK_THAT(run.output(), Catch::Contains("example.com."));
}

TEST_CASE("server/run leaves no server behind when it is ended") {
  const auto port = two_free_ports();
  auto run = server_run({"--port", std::to_string(port)});
  REQUIRE(wait_until([&] { return !run.running() || run.output().find("Ctrl-C") != std::string::npos; },
                     std::chrono::seconds(60)));
  INFO(run.output());
  REQUIRE(run.running());
  CHECK(ask(loopback(port), "www.harbinger.example", RRType::A).has_value());

  run.signal(SIGTERM);
  REQUIRE(run.wait());
  Wishes short_wait;
  short_wait.patience = std::chrono::milliseconds(300);
  CHECK_FALSE(ask(loopback(port), "www.harbinger.example", RRType::A, short_wait).has_value());
}

TEST_CASE("server/run says who holds the port and how to choose another one") {
  Scratch scratch;
  const auto port = two_free_ports();
  const auto config = scratch.write("Harbingerfile", ".:" + std::to_string(port) + " {\n bind 127.0.0.1\n whoami\n}\n");
  Process holder({HARBINGER_DAEMON, "-conf", config});
  REQUIRE(wait_until([&] { return answers(loopback(port)); }));

  auto run = server_run({"--once", "--port", std::to_string(port)});
  const auto ending = run.wait();
  INFO(run.output());
  REQUIRE(ending);
  CHECK(ending->exit_code == 1);
  CHECK_THAT(run.output(), Catch::Contains("port " + std::to_string(port) + " is in use"));
  CHECK_THAT(run.output(), Catch::Contains("--port"));
}

TEST_CASE("the scripts explain themselves and refuse what they do not know") {
  Process help({kSource / "server/run", "--help"});
  CHECK(help.wait()->exit_code == 0);
  CHECK_THAT(help.output(), Catch::Contains("--once"));

  Process wrong({kSource / "server/run", "--nonsense"});
  CHECK(wrong.wait()->exit_code == 1);
  CHECK_THAT(wrong.output(), Catch::Contains("--nonsense"));

  Process install({kSource / ".ci/install", "nonsense"});
  CHECK(install.wait()->exit_code == 1);
  CHECK_THAT(install.output(), Catch::Contains("[nonsense]"));
}

}  // namespace harbinger::test
