#include <harbinger/records.h>

#include "tests/support/drive.h"
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

#include "plugins/all.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

using Octets = std::vector<std::uint8_t>;
const Octets kClientCookie{1, 2, 3, 4, 5, 6, 7, 8};

Octets option(const Octets& cookie) {
  Octets packed{0, 10, 0, static_cast<std::uint8_t>(cookie.size())};
  packed.insert(packed.end(), cookie.begin(), cookie.end());
  return packed;
}

Octets cookie_of(const Letter& letter) {
  const auto message = letter.message();
  const auto data = message.edns ? message.edns->option(OptionCode::COOKIE) : std::nullopt;
  return data ? Octets(data->begin(), data->end()) : Octets();
}

std::vector<PluginSpec> with_proof_told() {
  ProbeRoles roles;
  roles.serve = [](const Query& query, Next) {
    Reply reply = Reply::to(query);
    reply.add_answer(txt(query.name(), 300s, query.address_proved() ? "proved" : "unknown"));
    return ready(std::move(reply));
  };
  auto plugins = all_plugins();
  plugins.push_back(probe("what", roles));
  return plugins;
}

std::string answer_to(MemoryServer& server, const MemoryServer::Asking& how) {
  const auto letter = server.ask("example.org. TXT", how);
  if (letter->rcode() != Rcode::NOERROR) return to_string(letter->rcode());
  return letter->message().answers.empty() ? ""
                                           : letter->message().answers[0].to_string().substr(sizeof "example.org. 300");
}

const char* const kProved = "IN TXT \"proved\"";
const char* const kUnknown = "IN TXT \"unknown\"";

}  // namespace

TEST_CASE("a server cookie proves the address that it was given to, and no other") {
  MemoryServer server(". {\n cookies\n what\n}", with_proof_told());
  CHECK(answer_to(server, {}) == kUnknown);
  const auto cookie = cookie_of(*server.ask("example.org. TXT", {.options = option(kClientCookie)}));
  REQUIRE(cookie.size() == 24);
  CHECK(Octets(cookie.begin(), cookie.begin() + 8) == kClientCookie);
  CHECK(answer_to(server, {.options = option(cookie)}) == kProved);
  CHECK(answer_to(server, {.client = "198.51.100.2", .options = option(cookie)}) == kUnknown);
  CHECK(answer_to(server, {.options = option(kClientCookie)}) == kUnknown);
  CHECK(server.count("harbinger_cookies_valid_total") == 1);
  CHECK(server.count("harbinger_cookies_new_total") == 2);
  CHECK(server.count("harbinger_cookies_invalid_total") == 1);
}

TEST_CASE("a young cookie comes back as it is, an older one is replaced") {
  MemoryServer server(". {\n cookies\n what\n}", with_proof_told());
  const auto first = cookie_of(*server.ask("example.org. TXT", {.options = option(kClientCookie)}));
  server.advance(29min);
  CHECK(cookie_of(*server.ask("example.org. TXT", {.options = option(first)})) == first);
  server.advance(2min);
  const auto letter = server.ask("example.org. TXT", {.options = option(first)});
  CHECK_THAT(letter->answers(), Catch::Contains("proved"));
  CHECK(cookie_of(*letter) != first);
  server.advance(30min);
  CHECK(answer_to(server, {.options = option(first)}) == kUnknown);
  CHECK(answer_to(server, {.options = option(cookie_of(*letter))}) == kProved);
}

TEST_CASE("servers with one secret understand each other's cookies") {
  const std::string one = "000102030405060708090a0b0c0d0e0f", other = "ffeeddccbbaa99887766554433221100";
  const auto site = [](const std::string& secrets) {
    return std::make_unique<MemoryServer>(". {\n cookies {\n secret " + secrets + "\n }\n what\n}", with_proof_told());
  };
  const auto old_site = site(one), same_site = site(one), rolling_site = site(other + " " + one),
             new_site = site(other);
  const auto cookie = cookie_of(*old_site->ask("example.org. TXT", {.options = option(kClientCookie)}));
  CHECK(answer_to(*same_site, {.options = option(cookie)}) == kProved);
  CHECK(answer_to(*rolling_site, {.options = option(cookie)}) == kProved);
  CHECK(answer_to(*new_site, {.options = option(cookie)}) == kUnknown);
}

TEST_CASE("server blocks without a secret share one, so a client keeps one cookie for all of them") {
  MemoryServer server("example.org {\n cookies\n what\n}\nexample.net {\n cookies\n what\n}", with_proof_told());
  const auto cookie = cookie_of(*server.ask("example.net. TXT", {.options = option(kClientCookie)}));
  CHECK(answer_to(server, {.options = option(cookie)}) == kProved);
}

TEST_CASE("a malformed cookie is answered FORMERR, without one in return") {
  MemoryServer server(". {\n cookies\n what\n}", with_proof_told());
  for (const std::size_t size : {0, 1, 7, 9, 15, 41}) {
    const auto letter = server.ask("example.org. TXT", {.options = option(Octets(size, 1))});
    CHECK(letter->rcode() == Rcode::FORMERR);
    CHECK(cookie_of(*letter).empty());
  }
  CHECK(server.count("harbinger_cookies_malformed_total") == 6);
}

TEST_CASE("where a proof is required, BADCOOKIE brings a cookie, and who knows none is sent to TCP") {
  MemoryServer server(". {\n cookies {\n require 198.51.100.0/24\n }\n what\n}", with_proof_told());
  const auto refused = server.ask("example.org. TXT", {.options = option(kClientCookie)});
  CHECK(refused->rcode() == Rcode::BADCOOKIE);
  CHECK(refused->message().answers.empty());
  CHECK(answer_to(server, {.options = option(cookie_of(*refused))}) == kProved);

  const auto sent_away = server.ask("example.org. TXT");
  CHECK(sent_away->message().header.tc);
  CHECK(sent_away->answers().empty());
  CHECK(answer_to(server, {.transport = Transport::tcp}) == kProved);
  CHECK(answer_to(server, {.client = "192.0.2.1"}) == kUnknown);
  CHECK(server.count("harbinger_cookies_badcookie_total") == 1);
  CHECK(server.count("harbinger_cookies_truncated_total") == 1);
}

TEST_CASE("under load everybody must prove the address, until it is over") {
  MemoryServer server(". {\n cookies {\n under_load 3\n }\n what\n}", with_proof_told());
  const auto cookie = cookie_of(*server.ask("example.org. TXT", {.options = option(kClientCookie)}));
  for (int i = 0; i < 10; ++i) CHECK(answer_to(server, {.options = option(cookie)}) == kProved);
  CHECK(answer_to(server, {}) == kUnknown);
  CHECK(answer_to(server, {}) == kUnknown);
  CHECK(server.ask("example.org. TXT")->message().header.tc);
  CHECK(answer_to(server, {.options = option(kClientCookie)}) == "BADCOOKIE");
  CHECK(answer_to(server, {.options = option(cookie)}) == kProved);
  server.advance(2s);
  CHECK(answer_to(server, {}) == kUnknown);
}

TEST_CASE("clients without cookies get the replies of a server without the plugin, octet for octet") {
  MemoryServer with(". {\n cookies\n what\n}", with_proof_told()), without(". {\n what\n}", with_proof_told());
  for (const bool edns : {false, true})
    CHECK(with.ask("example.org. TXT", {.edns = edns})->bytes ==
          without.ask("example.org. TXT", {.edns = edns})->bytes);
}

TEST_CASE("cookies tells what is wrong with its options") {
  const auto errors = errors_of("cookies {\n secret 00112233\n rotate 1h\n require everybody\n under_load -1\n}");
  CHECK_THAT(errors, Catch::Contains("3:9: ") && Catch::Contains("32 hexadecimal digits"));
  CHECK_THAT(errors, Catch::Contains("at least 2h"));
  CHECK_THAT(errors, Catch::Contains("everybody"));
  CHECK_THAT(errors, Catch::Contains("under_load"));
  CHECK_FALSE(errors_of("cookies {\n secret 0011223344556677889900112233445z\n}").empty());
}
