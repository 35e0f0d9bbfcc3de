// The examples as a stranger has them: built against an installed tree, run with the installed harbingerd.
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <string>

#include <harbinger/version.h>

#include "tests/support/dns_client.h"
#include "tests/support/hinting_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {
namespace {

const std::filesystem::path kOutside = HARBINGER_OUTSIDE;
const std::filesystem::path kExamples = std::filesystem::path(HARBINGER_SOURCE_DIR) / "examples";

std::string installed_harbingerd() { return kOutside / "prefix/bin/harbingerd"; }

auto lines_of(const std::filesystem::path& file) {
  const auto text = read_text(file);
  return std::count(text.begin(), text.end(), '\n');
}

std::string hello_config(const std::filesystem::path& object, std::uint16_t port) {
  return "{\n    plugin " + object.string() + "\n}\nhello.example:" + std::to_string(port) +
         " {\n    bind 127.0.0.1\n    hello {\n        text \"good morning\"\n        ttl 30s\n    }\n}\n";
}

std::string complaint_about(const std::filesystem::path& object) {
  Scratch scratch;
  const auto config = scratch.write("Harbingerfile", hello_config(object, free_port()));
  Process server({installed_harbingerd(), "-conf", config});
  const auto ending = server.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code > 0);
  return server.output();
}

}  // namespace

TEST_CASE("a plugin built outside of the tree is loaded and answers with its options") {
  Scratch scratch;
  const auto port = free_port();
  const auto config = scratch.write("Harbingerfile", hello_config(kOutside / "hello/libhello.so", port));
  Process server({installed_harbingerd(), "-conf", config});
  REQUIRE(wait_until([&] { return !server.running() || answers(loopback(port)); }));
  INFO(server.output());
  REQUIRE(server.running());

  const auto answer = ask(loopback(port), "hello.example", RRType::TXT);
  REQUIRE(answer);
  REQUIRE(answer->message.answers.size() == 1);
  CHECK(answer->message.answers[0].to_string() == "hello.example. 30 IN TXT \"good morning\"");

  server.signal(SIGTERM);
  const auto ending = server.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code == 0);
}

TEST_CASE("a relative path of a plugin starts at the folder of the Harbingerfile") {
  Scratch scratch;
  std::filesystem::copy_file(kOutside / "hello/libhello.so", scratch / "libhello.so");
  const auto config = scratch.write("Harbingerfile", hello_config("./libhello.so", free_port()));
  Process check({installed_harbingerd(), "-check", "-conf", config});
  const auto ending = check.wait();
  INFO(check.output());
  REQUIRE(ending);
  CHECK(ending->exit_code == 0);
}

TEST_CASE("a wrong option of a loaded plugin is refused with its place") {
  Scratch scratch;
  auto text = hello_config(kOutside / "hello/libhello.so", free_port());
  text.replace(text.find("30s"), 3, "soon");
  const auto config = scratch.write("Harbingerfile", text);
  Process check({installed_harbingerd(), "-check", "-conf", config});
  const auto ending = check.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code > 0);
  CHECK_THAT(check.output(), Catch::Contains("Harbingerfile:8:13:"));
}

TEST_CASE("a plugin built for another harbinger is refused, and both fingerprints are named") {
  const auto complaint = complaint_about(kOutside / "hello_of_another_age/libhello.so");
  CHECK_THAT(complaint, Catch::Contains("libhello.so"));
  CHECK_THAT(complaint, Catch::Contains("harbinger 0.0.9 abi 999"));
  CHECK_THAT(complaint, Catch::Contains("harbinger " HARBINGER_VERSION " abi"));
}

TEST_CASE("a missing plugin file is named, and where the Harbingerfile asks for it") {
  const auto complaint = complaint_about("/nonexistent/libhello.so");
  CHECK_THAT(complaint, Catch::Contains("/nonexistent/libhello.so"));
  CHECK_THAT(complaint, Catch::Contains("Harbingerfile:2:"));
}

TEST_CASE("a file that is no shared object, or no plugin, is refused by name") {
  Scratch scratch;
  const auto text = scratch.write("libtext.so", "just words");
  CHECK_THAT(complaint_about(text), Catch::Contains("libtext.so"));
}

TEST_CASE("a server with its own main runs its own plugin beside the bundled ones") {
  const auto port = free_port();
  Process server({kOutside / "custom_server/custom_server", std::to_string(port)});
  REQUIRE(wait_until([&] { return !server.running() || answers(loopback(port)); }));
  INFO(server.output());
  REQUIRE(server.running());

  const auto own = ask(loopback(port), "me.example", RRType::A);
  REQUIRE(own);
  REQUIRE(own->message.answers.size() == 1);
  CHECK(own->message.answers[0].to_string() == "me.example. 10 IN A 127.0.0.1");

  const auto bundled = ask(loopback(port), "me.example", RRType::AAAA);
  REQUIRE(bundled);
  CHECK_FALSE(bundled->message.additionals.empty());

  server.signal(SIGTERM);
  CHECK(server.wait()->exit_code == 0);
}

TEST_CASE("the hint client prints hints and follows as many as it may") {
  HintingServer server({{.resource = "img.hinting.example", .confidence = 0.8f},
                        {.resource = "https://film.hinting.example/7.m4s", .confidence = 0.5f, .size_bytes = 2000},
                        {.resource = "late.hinting.example", .confidence = 0.2f}});
  const auto port = std::to_string(server.address().port);
  Process client({kOutside / "hint_client/hint_client", "www.hinting.example", "127.0.0.1", port, "2"});
  const auto ending = client.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code == 0);
  CHECK(client.output() ==
        "img.hinting.example 80 %\n  img.hinting.example resolved ahead\n"
        "https://film.hinting.example/7.m4s 50 % 2000 B\n  film.hinting.example resolved ahead\n"
        "late.hinting.example 20 %\n");
  CHECK(server.asked("img.hinting.example.") == 1);
  CHECK(server.asked("film.hinting.example.") == 1);
  CHECK(server.asked("late.hinting.example.") == 0);
  CHECK(server.last_request() == HintRequest{.max_hints = 8, .min_confidence_pct = 10, .fragments = true});
}

TEST_CASE("the hint client says when there are no hints, and when they are malformed") {
  HintingServer none({}), broken({}, {0x81, 9, 9});
  for (const auto& [server, code] : {std::pair{&none, 0}, {&broken, 1}}) {
    Process client({kOutside / "hint_client/hint_client", "a.hinting.example", "127.0.0.1",
                    std::to_string(server->address().port)});
    const auto ending = client.wait();
    REQUIRE(ending);
    CHECK(ending->exit_code == code);
  }
}

TEST_CASE("the hello plugin stays under 40 lines, the custom server under 60, and the hint client under 120") {
  CHECK(lines_of(kExamples / "hint_client/main.cpp") < 120);
  CHECK(lines_of(kExamples / "hello/hello.cpp") < 40);
  CHECK(lines_of(kExamples / "custom_server/main.cpp") < 60);
}

}  // namespace harbinger::test
