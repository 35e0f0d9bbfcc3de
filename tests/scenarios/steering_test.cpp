// Steering with a real server, real endpoints that are killed, and what others tell over HTTP.
#include <csignal>

#include <catch2/catch.hpp>

#include "tests/support/ctl.h"
#include "tests/support/dns_client.h"
#include "tests/support/http_client.h"
#include "tests/support/peers.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

int times(std::string_view what, std::string_view text) {
  int count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Two web servers as endpoints, and a DNS server that looks at them.
struct House {
  Scratch scratch;
  std::uint16_t ports[2] = {free_port(), free_port()};
  std::optional<Process> endpoints[2];
  SocketAddress http = loopback(free_port());
  DnsServer server;

  // Endpoints count as up before the first look, so it is not enough that both are named.
  House() : server(start()) {
    REQUIRE(wait_until([&] { return times("status 200", ctl({"endpoints"})) == 2 && named() == "01"; }));
  }

  DnsServer start() {
    for (int i = 0; i < 2; ++i) raise(i);
    std::string config = ".:{port} {\n bind 127.0.0.1\n cdn_select {\n http " + http.to_string() + "\n";
    for (int i = 0; i < 2; ++i)
      config += "endpoint e" + std::to_string(i) + " address 127.0.0." + std::to_string(i + 1) +
                " probe http probe_port " + std::to_string(ports[i]) + "\n";
    return start_harbinger(scratch, config +
                                        "pool p endpoint e0 e1\nfilter p up\nfilter p shed_load 0.5 0.9\n"
                                        "application a pool p template www.example\n}\n}\n");
  }
  void raise(int i) {
    endpoints[i].emplace(std::vector<std::string>{"python3", "-m", "http.server", std::to_string(ports[i]), "--bind",
                                                  "127.0.0." + std::to_string(i + 1)});
  }
  // Which endpoints an answer names: "01", "1", ...
  std::string named() const {
    const auto answer = ask(server.address(), "www.example", RRType::A);
    if (!answer) return "nothing";
    std::string all;
    for (int i = 0; i < 2; ++i)
      if (answer->message.to_string().find("127.0.0." + std::to_string(i + 1)) != std::string::npos)
        all += std::to_string(i);
    return all;
  }
  std::string ctl(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", "http://" + http.to_string()});
    return test::ctl(std::move(words)).output;
  }
};

TEST_CASE("an endpoint that is killed is in no answer within a second, and comes back when it does") {
  if (!installed({"python3"})) return;
  House house;
  for (int i = 0; i < 10; ++i) CHECK(house.named() == "01");  // kept by now
  house.endpoints[0]->kill();
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(wait_until([&] { return house.named() == "1"; }));
  const auto took = std::chrono::steady_clock::now() - began;
  WARN("named by no answer any more after " << std::chrono::duration<double>(took).count() << " s");
  // A second at the default rhythm on an idle machine; this one may be busy.
  CHECK(took < 5s);
  for (int i = 0; i < 20; ++i) CHECK(house.named() == "1");
  CHECK_THAT(house.ctl({"endpoints"}), Contains("down"));
  CHECK_THAT(house.ctl({"why-endpoint", "www.example", "--client", "192.0.2.1"}), Contains("without e0: down"));
  house.raise(0);
  CHECK(wait_until([&] { return house.named() == "01"; }));
}

TEST_CASE(
    "an endpoint that is down stays so across a reload, and one that comes back is found out by the new "
    "configuration") {
  if (!installed({"python3"})) return;
  House house;
  house.endpoints[0]->kill();
  REQUIRE(wait_until([&] { return house.named() == "1"; }));
  const auto file = house.scratch / ("harbinger-" + std::to_string(house.server.address().port)) / "Harbingerfile";
  auto text = read_text(file);
  text.replace(text.find("0.5 0.9"), 7, "0.6 0.8");
  house.scratch.write(std::filesystem::relative(file, house.scratch.path()), text);
  house.server.process().signal(SIGHUP);
  REQUIRE(wait_until([&] {
    CHECK(house.named() == "1");
    return house.server.process().output().find("new configuration in use") != std::string::npos;
  }));
  for (int i = 0; i < 20; ++i) CHECK(house.named() == "1");
  house.raise(0);
  CHECK(wait_until([&] { return house.named() == "01"; }));
}

TEST_CASE("what feeds tell holds for the next answers, and what they may not tell changes nothing") {
  if (!installed({"python3"})) return;
  House house;
  const auto post = [&](const std::string& body) {
    HttpClient client(house.http);
    client.send("POST /v1/feeds/endpoints HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return status_of(client.receive());
  };
  CHECK(post(R"([{"endpoint":"e0","load":0.95},{"endpoint":"e1","load":0.2}])") == 200);
  CHECK(wait_until([&] { return house.named() == "1"; }));
  CHECK(post(R"({"endpoint":"e1","load":"NaN"})") == 400);
  CHECK(house.named() == "1");
  CHECK(post(R"([{"endpoint":"e0","up":false,"ttl":60},{"endpoint":"e1","up":false,"ttl":60}])") == 200);
  CHECK(house.named() == "01");  // nobody is left: backup
}

}  // namespace
}  // namespace harbinger::test
