// The DNS server, an edge beside a real cache, and what is left when one of them is killed.
#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "tests/support/ctl.h"
#include "tests/support/dns_client.h"
#include "tests/support/http_client.h"
#include "tests/support/peers.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"
#include "tests/support/web_cache.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

const std::string kEdge = HARBINGER_BINARY_DIR "/server/harbinger-edge";

// Two edges beside one nginx, which is enough to be filled, and a DNS server that they join.
struct House {
  WebOrigin origin;
  NginxCache cache{origin.address()};
  Scratch scratch;
  SocketAddress admin = loopback(free_port()), hub = loopback(free_port());
  DnsServer server;
  std::optional<Process> edges[2];

  House() : server(start_harbinger(scratch, config())) {
    for (int i = 0; i < 2; ++i) raise(i);
    REQUIRE(wait_until([&] { return joined() == 2 && named() == "01"; }));
  }

  std::string config() const {
    std::string text =
        ".:{port} {\n bind 127.0.0.1\n prefetch\n hosts {\n 192.0.2.9 a.shop.example b.shop.example localhost\n "
        "fallthrough\n}\n";
    text += "edges {\n listen " + hub.to_string() + "\n http " + admin.to_string() +
            "\n warm {resource}.shop.example http://{name}/index.m3u8\n}\ncdn_select {\n http " + admin.to_string() +
            "\n";
    for (int i = 0; i < 2; ++i)
      text += "endpoint e" + std::to_string(i) + " address 127.0.0." + std::to_string(i + 1) + "\n";
    return text + "pool p endpoint e0 e1\nfilter p up\napplication a pool p template www.example\n}\n}\n";
  }
  void raise(int i) {
    const auto name = "e" + std::to_string(i);
    edges[i].emplace(std::vector<std::string>{kEdge, "--name", name, "--cache", cache.address().to_string(), "--log",
                                              (scratch / "no.log").string(), "--site", "http://shop.example", "--hub",
                                              hub.to_string()});
  }
  std::ptrdiff_t joined() const {
    const auto edges = nlohmann::json::parse(ctl({"edges", "--json"}), nullptr, false);
    if (!edges.is_array()) return 0;
    return std::ranges::count_if(edges, [](const auto& edge) { return edge["state"] == "here"; });
  }
  std::string named() const {
    const auto answer = ask(server.address(), "www.example", RRType::A);
    std::string all;
    for (int i = 0; answer && i < 2; ++i)
      if (answer->message.to_string().find("127.0.0." + std::to_string(i + 1)) != std::string::npos)
        all += std::to_string(i);
    return all;
  }
  std::string ctl(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", "http://" + admin.to_string()});
    return test::ctl(std::move(words)).output;
  }
};

TEST_CASE("an edge that is killed is in no answer any more, from the cache either, and comes back when it does") {
  if (!installed({"nginx"})) return;
  House house;
  for (int i = 0; i < 10; ++i) CHECK(house.named() == "01");  // kept by now
  house.edges[0]->kill();
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(wait_until([&] { return house.named() == "1"; }));
  CHECK(std::chrono::steady_clock::now() - began < 5s);
  for (int i = 0; i < 20; ++i) CHECK(house.named() == "1");
  house.raise(0);
  CHECK(wait_until([&] { return house.named() == "01"; }));
}

TEST_CASE("what the server's learner foretells of names is in the edge's cache before anybody asks") {
  if (!installed({"nginx"})) return;
  House house;
  for (int i = 0; i < 100; ++i)
    for (const auto* name : {"a.shop.example", "b.shop.example"}) ask(house.server.address(), name, RRType::A);
  REQUIRE(wait_until([&] { return house.origin.count("/index.m3u8") > 0; }));
  const auto before = house.origin.requests().size();
  CHECK(wait_until([&] {
    return house.cache.get("/index.m3u8", "", "b.shop.example").find("X-Cache-Status: HIT") != std::string::npos;
  }));
  CHECK(house.origin.requests().size() <= before + 1);
}

TEST_CASE("an edge goes on when the DNS server is killed, and joins it again") {
  if (!installed({"nginx"})) return;
  House house;
  house.server.kill();
  CHECK(wait_until([&] { return house.edges[0]->output().find("going on alone") != std::string::npos; }));
  CHECK(house.edges[0]->running());
  house.server.start();
  CHECK(wait_until([&] { return house.joined() == 2; }));
}

TEST_CASE("what an edge's flags name and cannot be used is told") {
  Scratch scratch;
  const auto says = [&](std::vector<std::string> more, int exit_code) {
    std::vector<std::string> words{kEdge, "--name", "e", "--log", (scratch / "l").string(), "--check"};
    words.insert(words.end(), more.begin(), more.end());
    Process process(words);
    const auto ending = process.wait();
    REQUIRE(ending);
    CHECK(ending->exit_code == exit_code);
    return process.output();
  };
  CHECK_THAT(says({"--cache", "127.0.0.1:80"}, 0), Contains("ok"));
  CHECK_THAT(says({"--cache", "elsewhere"}, 2), Contains("write 192.0.2.1:80"));
  CHECK_THAT(says({}, 2), Contains("--cache is required"));
  CHECK_THAT(says({"--cache", "127.0.0.1:80", "--predictor", "crystal-ball"}, 2), Contains("crystal-ball"));
  const auto manifest = scratch.write("m.json", "{\"template\": \"no number\"}").string();
  CHECK_THAT(says({"--cache", "127.0.0.1:80", "--manifest", manifest}, 1),
             Contains("--manifest") && Contains("m.json"));
  CHECK_THAT(says({"--cache", "127.0.0.1:80", "--hub-token", "/nonexistent"}, 1), Contains("--hub-token"));
}

}  // namespace
}  // namespace harbinger::test
