// A harbingerd with an engine of personas in it: who asks alike is told apart from who asks otherwise, in tokens, logs, metrics and answers.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include <tests/support/http_client.h>
#include <tests/support/persona_peers.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Catch::Contains;

constexpr unsigned kClients = 40;  // of each manner
constexpr unsigned kOther = 1000;  // number of the first client of the second manner

// A server that has its pages and its metrics at one address.
struct House {
  Scratch scratch;
  SocketAddress http = loopback(free_port());
  DnsServer server;

  explicit House(const std::string& options = "", const std::string& before_hosts = "")
      : server(start_harbinger(
            scratch, ".:{port} {\n bind 127.0.0.1\n log {\n format \"{name} is {persona}.\"\n }\n metrics " +
                         http.to_string() + "\n persona {\n http " + http.to_string() + "\n" + options + " }\n" +
                         before_hosts + hosts_of_manners() + "}\n")) {}

  // Both manners, until the engine has told them apart.
  bool teach() {
    return wait_until([this] {
      behave(server.address(), 0, 0, kClients, 10);
      behave(server.address(), 1, kOther, kClients, 10);
      return personas_with_clients(http).size() >= 2;
    });
  }
  double tokens(const std::string& outcome) const {
    return metric(http, "harbinger_persona_tokens_total{outcome=\"" + outcome + "\"}");
  }
  std::string log() { return server.process().output(); }
};

// The persona that the log names for most of a manner's queries; nothing before there are any.
std::string usual_persona(const std::string& log, const std::string& domain) {
  std::map<std::string, int> counts;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto is = line.find(" is ");
    if (line.find(domain) >= is || is == std::string::npos) continue;
    ++counts[line.substr(is + 4, line.size() - is - 5)];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& each) { return each.second; });
  return most == counts.end() ? "" : most->first;
}

TEST_CASE("clients of two manners are two personas, in the list, in the log and in metrics") {
  House house;
  REQUIRE(house.teach());
  const auto from = house.log().size();
  CHECK(wait_until([&] {
    behave(house.server.address(), 0, 0, kClients, 4);
    behave(house.server.address(), 1, kOther, kClients, 4);
    const auto log = house.log().substr(from);
    const auto one = usual_persona(log, "video"), other = usual_persona(log, "telemetry");
    return !one.empty() && !other.empty() && one != other && one != "default" && other != "default";
  }));
  for (const auto& name : personas_with_clients(house.http))
    CHECK(metric(house.http, "harbinger_persona_queries_total{persona=\"" + name + "\"}") > 0);
  CHECK(metric(house.http, "harbinger_persona_queries_total{persona=\"default\"}") > 0);
}

// Tokens of both clients once they have stayed the same for some seconds: who gets another persona, as while clusters form, gets another token.
using Tokens = std::pair<std::optional<PersonaToken>, std::optional<PersonaToken>>;
Tokens settled_tokens(const SocketAddress& server) {
  Tokens last;
  auto since = std::chrono::steady_clock::now();
  wait_until([&] {
    const Tokens now{wait_for_token(server, names_of_manner(0)[0], subnet(1)),
                     wait_for_token(server, names_of_manner(0)[0], subnet(2))};
    if (now != last) since = std::chrono::steady_clock::now();
    last = now;
    std::this_thread::sleep_for(100ms);
    return std::chrono::steady_clock::now() - since > 4s;
  });
  return last;
}

TEST_CASE("a client gets its token, is known by it, and gains nothing by another's") {
  House house;
  const auto [one, other] = settled_tokens(house.server.address());
  REQUIRE(one);
  REQUIRE(other);
  CHECK(*one != *other);

  const auto valid = house.tokens("valid"), foreign = house.tokens("foreign");
  const auto shown = ask(house.server.address(), names_of_manner(0)[0], RRType::A, shows_token(subnet(1), *one));
  REQUIRE(shown);
  CHECK(token_of(*shown) == one);
  CHECK(wait_until([&] { return house.tokens("valid") == valid + 1; }));

  const auto stolen = ask(house.server.address(), names_of_manner(0)[0], RRType::A, shows_token(subnet(1), *other));
  REQUIRE(stolen);
  CHECK(token_of(*stolen) == one);
  CHECK(wait_until([&] { return house.tokens("foreign") == foreign + 1; }));
  CHECK(house.tokens("valid") == valid + 1);
}

TEST_CASE("who does not ask for a token gets, octet for octet, what a server without persona says") {
  House house;
  const auto plain = start_harbinger(house.scratch, ".:{port} {\n bind 127.0.0.1\n" + hosts_of_manners() + "}\n");
  REQUIRE(wait_for_token(house.server.address(), names_of_manner(0)[0], subnet(1)));
  std::uint16_t id = 1;
  for (const auto* name : {names_of_manner(0)[0].c_str(), names_of_manner(1)[3].c_str(), "nobody.example"})
    for (const auto type : {RRType::A, RRType::AAAA, RRType::TXT})
      for (const auto& wishes : {Wishes{}, Wishes{.udp_size = 0}, Wishes{.dnssec_ok = true}, subnet(1)}) {
        const auto query =
            make_query(++id, {*Name::parse(name), type}, true, wishes.udp_size, wishes.dnssec_ok, wishes.options);
        const auto with = exchange_udp(house.server.address(), query);
        const auto without = exchange_udp(plain.address(), query);
        REQUIRE(with);
        REQUIRE(without);
        CHECK(*with == *without);
      }
}

TEST_CASE("an operator lists, renames, pins and explains the personas of a running server") {
  House house;
  const auto ctl = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"persona", "--url", "http://" + house.http.to_string()});
    return run_program("harbingerctl", std::move(words));
  };
  REQUIRE(house.teach());
  const auto name = personas_with_clients(house.http).front();
  const auto listed = ctl({"list"});
  CHECK(listed.exit_code == 0);
  CHECK_THAT(listed.output, Contains(name));

  CHECK(ctl({"rename", name, "of-the-operator"}).output == name + " is called of-the-operator now\n");
  CHECK(ctl({"pin", "of-the-operator"}).exit_code == 0);
  CHECK(wait_until([&] { return std::ranges::count(personas_with_clients(house.http), "of-the-operator") == 1; }));
  const auto shown = nlohmann::json::parse(ctl({"show", "of-the-operator", "--json"}).output);
  CHECK(shown["personas"][0]["pinned"] == true);
  CHECK(ctl({"rename", "nobody-has-this", "other"}).exit_code == 1);

  // Whoever asks without a subnet is known by its address.
  for (int i = 0; i < 20; ++i) REQUIRE(ask(house.server.address(), names_of_manner(0)[i % 8], RRType::A));
  Finished explained;
  CHECK(wait_until([&] {
    explained = ctl({"explain", "127.0.0.1", "--json"});
    return explained.exit_code == 0 && nlohmann::json::parse(explained.output)["events"] >= 20;
  }));
  CHECK(ctl({"explain", "192.0.2.99"}).exit_code == 1);
}

TEST_CASE("two personas get two answers from one server, and neither leaks out of its cache to the other") {
  Scratch scratch;
  const auto catalogue = scratch.write("catalogue", "persona office {\n rule network office\n}\n");
  auto server =
      start_harbinger(scratch, ".:{port} {\n bind 127.0.0.1\n persona {\n catalogue " + catalogue.string() +
                                   "\n network office 127.0.0.2/32\n }\n rewrite {\n name exact www.example. "
                                   "inside.example. persona office\n }\n"
                                   " hosts {\n ttl 300s\n 192.0.2.1 www.example\n 192.0.2.2 inside.example\n }\n}\n");
  const auto answer_to = [&](const char* client) -> std::string {
    Wishes wishes;
    wishes.from = *IpAddress::parse(client);
    const auto answer = ask(server.address(), "www.example", RRType::A, wishes);
    if (!answer) return "nothing";
    return answer->message.to_string().find("192.0.2.2") != std::string::npos ? "inside" : "outside";
  };
  CHECK(wait_until([&] { return answer_to("127.0.0.2") == "inside"; }));
  for (int i = 0; i < 20; ++i) {
    CHECK(answer_to("127.0.0.2") == "inside");
    CHECK(answer_to("127.0.0.3") == "outside");
  }
}

}  // namespace
}  // namespace harbinger
