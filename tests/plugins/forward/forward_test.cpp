#include <catch2/catch.hpp>

#include "plugins/all.h"
#include "tests/support/memory_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr const char* kOne = ". {\n cache {\n off\n }\n forward . 192.0.2.1\n}\n";
constexpr const char* kTwo = ". {\n cache {\n off\n }\n forward . 192.0.2.1 192.0.2.2 {\n policy sequential\n }\n}\n";

// A reply to `query` with these records; `flags` are the header's second and third pair of octets.
Bytes reply(const Bytes& query, Rcode rcode, std::initializer_list<const char*> answers = {},
            const std::optional<Edns>& edns = {}) {
  const auto asked = Message::parse(query).value();
  Header header = asked.header;
  header.qr = header.ra = true;
  header.rcode = static_cast<std::uint8_t>(rcode);
  Bytes out(4096);
  MessageWriter writer(out, header);
  writer.add_question(*asked.question);
  for (const char* text : answers) writer.add_record(MessageWriter::Section::answer, record_from_text(text).value());
  if (edns) writer.add_opt(*edns);
  out.resize(writer.finish().size());
  return out;
}

// The next question to an upstream; what it is and to whom can be looked at.
ScriptedExchange::Asked take(MemoryServer& server) {
  auto asked = server.exchange.take();
  REQUIRE(asked.has_value());
  return std::move(*asked);
}

std::string last_octet(const SocketAddress& address) { return address.ip.to_string().substr(8); }

}  // namespace

TEST_CASE("an upstream gets a query of our own: RD as asked, EDNS, nothing of the client's options") {
  MemoryServer server(kOne, all_plugins());
  server.ask("www.example.org. A", {.dnssec_ok = true, .options = {0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}});
  const auto asked = take(server);
  const auto query = Message::parse(asked.query).value();
  CHECK(asked.over == Exchange::Over::udp);
  CHECK(query.header.rd);
  REQUIRE(query.edns);
  CHECK(query.edns->dnssec_ok);
  CHECK(query.edns->udp_size == 1232);
  CHECK(query.edns->options.empty());
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
}

TEST_CASE("the next upstream takes over after a time-out, a refusal, SERVFAIL and rubbish") {
  const auto spoil = GENERATE(0, 1, 2, 3, 4);
  MemoryServer server(kTwo, all_plugins());
  const auto letter = server.ask("www.example.org. A");
  CAPTURE(spoil);
  const auto first = take(server);
  CHECK(last_octet(first.server) == "1");
  switch (spoil) {
    case 0:
      server.advance(800ms);
      break;
    case 1:
      first.finish(reply(first.query, Rcode::REFUSED));
      break;
    case 2:
      first.finish(reply(first.query, Rcode::SERVFAIL));
      break;
    case 3:
      first.finish(Bytes{1, 2, 0x80, 4, 5, 6, 7});
      break;
    case 4:
      first.finish(fail(ErrorCode::unreachable, "refused"));
      break;
  }
  const auto second = take(server);
  CHECK(last_octet(second.server) == "2");
  second.finish(reply(second.query, Rcode::NOERROR, {"www.example.org. 60 IN A 192.0.2.80"}));
  REQUIRE(letter->arrived);
  CHECK(letter->rcode() == Rcode::NOERROR);
}

TEST_CASE("a reply to another question in the body is not believed") {
  MemoryServer server(kTwo, all_plugins());
  const auto letter = server.ask("www.example.org. A");
  const auto first = take(server);
  first.finish(reply(make_query(1, {Name::parse("victim.example.").value()}), Rcode::NOERROR,
                     {"victim.example. 60 IN A 203.0.113.1"}));
  const auto second = take(server);
  second.finish(reply(second.query, Rcode::NXDOMAIN));
  CHECK(letter->rcode() == Rcode::NXDOMAIN);
}

TEST_CASE("all upstreams silent give SERVFAIL with a cause within three seconds") {
  MemoryServer server(kTwo, all_plugins());
  const auto letter = server.ask("www.example.org. A");
  server.advance(3s);
  REQUIRE(letter->arrived);
  CHECK(letter->rcode() == Rcode::SERVFAIL);
  CHECK(letter->ede() == EdeCode::no_reachable_authority);
}

TEST_CASE("nobody listening gives SERVFAIL with a cause at once") {
  MemoryServer server(kTwo, all_plugins());
  const auto letter = server.ask("www.example.org. A");
  while (const auto asked = server.exchange.take()) asked->finish(fail(ErrorCode::unreachable, "refused"));
  REQUIRE(letter->arrived);
  CHECK(letter->rcode() == Rcode::SERVFAIL);
  CHECK(letter->ede() == EdeCode::network_error);
}

TEST_CASE("an upstream's own cause of a SERVFAIL reaches the client") {
  MemoryServer server(kOne, all_plugins());
  const auto letter = server.ask("www.example.org. A");
  const auto asked = take(server);
  const Bytes bogus{0, 15, 0, 2, 0, 6};
  asked.finish(reply(asked.query, Rcode::SERVFAIL, {}, Edns{.options = bogus}));
  REQUIRE(letter->arrived);
  CHECK(letter->rcode() == Rcode::SERVFAIL);
  CHECK(letter->ede() == static_cast<EdeCode>(6));
}

TEST_CASE("a cut reply is asked for again over TCP at the same upstream") {
  MemoryServer server(kTwo, all_plugins());
  const auto letter = server.ask("big.example.org. TXT");
  const auto first = take(server);
  auto cut = reply(first.query, Rcode::NOERROR);
  cut[2] |= 0x02;
  first.finish(cut);
  const auto second = take(server);
  CHECK(second.over == Exchange::Over::tcp);
  CHECK(second.server == first.server);
  CHECK_FALSE(letter->arrived);
  second.finish(reply(second.query, Rcode::NOERROR, {"big.example.org. 60 IN TXT long"}));
  CHECK(letter->answers().find("long") != std::string::npos);
}

TEST_CASE("an upstream that is down is asked last, probed, and back after its first reply") {
  MemoryServer server(kTwo, all_plugins());
  for (int i = 0; i < 2; ++i) {
    server.ask("www.example.org. A");
    take(server).finish(fail(ErrorCode::unreachable, "refused"));
    const auto second = take(server);
    second.finish(reply(second.query, Rcode::NXDOMAIN));
  }
  server.ask("www.example.org. A");
  auto asked = take(server);
  CHECK(last_octet(asked.server) == "2");
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
  CHECK(server.exchange.waiting() == 0);

  server.advance(500ms);
  auto probe = take(server);
  CHECK(last_octet(probe.server) == "1");
  CHECK(Message::parse(probe.query).value().question->type == RRType::NS);
  probe.finish(fail(ErrorCode::unreachable, "refused"));
  server.advance(999ms);
  CHECK(server.exchange.waiting() == 0);
  server.advance(1ms);
  probe = take(server);
  probe.finish(reply(probe.query, Rcode::REFUSED));

  server.ask("www.example.org. A");
  asked = take(server);
  CHECK(last_octet(asked.server) == "1");
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
  server.advance(5min);
  CHECK(server.exchange.waiting() == 0);
}

TEST_CASE("with ecs on the client's subnet goes along, and the answer is kept for the scope") {
  MemoryServer server(". {\n forward . 192.0.2.1 {\n ecs on\n }\n}\n", all_plugins());
  server.ask("www.example.org. A", "198.51.100.7");
  const auto asked = take(server);
  const auto query = Message::parse(asked.query).value();
  REQUIRE(query.edns);
  const auto option = query.edns->option(OptionCode::ECS);
  REQUIRE(option);
  const auto subnet = ClientSubnet::parse(*option).value();
  CHECK(subnet.address.to_string() == "198.51.100.0");
  CHECK(subnet.source_bits == 24);

  const Bytes scope16{0, 8, 0, 7, 0, 1, 24, 16, 198, 51, 100};
  asked.finish(reply(asked.query, Rcode::NOERROR, {"www.example.org. 60 IN A 192.0.2.80"}, Edns{.options = scope16}));
  const auto neighbour = server.ask("www.example.org. A", "198.51.77.1");
  CHECK(neighbour->arrived);
  const auto stranger = server.ask("www.example.org. A", "203.0.113.1");
  CHECK_FALSE(stranger->arrived);
  const auto theirs = take(server);
  theirs.finish(reply(theirs.query, Rcode::NXDOMAIN));
}

TEST_CASE("a reply for another subnet than the one sent is not believed") {
  MemoryServer server(". {\n forward . 192.0.2.1 {\n ecs on\n }\n}\n", all_plugins());
  const auto letter = server.ask("www.example.org. A", "198.51.100.7");
  const auto asked = take(server);
  const Bytes other{0, 8, 0, 7, 0, 1, 24, 16, 198, 51, 101};
  asked.finish(reply(asked.query, Rcode::NOERROR, {"www.example.org. 60 IN A 192.0.2.80"}, Edns{.options = other}));
  REQUIRE(letter->arrived);
  CHECK(letter->rcode() == Rcode::SERVFAIL);
  CHECK(letter->ede() == EdeCode::invalid_data);
}

TEST_CASE("without ecs an upstream learns nothing of the client, whatever the client sent") {
  MemoryServer server(kOne, all_plugins());
  server.ask("www.example.org. A", {.subnet = ClientSubnet{*IpAddress::parse("198.51.100.0"), 24, 0}});
  const auto asked = take(server);
  CHECK(Message::parse(asked.query).value().edns->options.empty());
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
}

TEST_CASE("queries above max_concurrent get SERVFAIL at once and are counted") {
  MemoryServer server(". {\n forward . 192.0.2.1 {\n max_concurrent 1\n }\n}\n", all_plugins());
  server.ask("a.example.org. A");
  const auto second = server.ask("b.example.org. A");
  REQUIRE(second->arrived);
  CHECK(second->rcode() == Rcode::SERVFAIL);
  CHECK(server.count("harbinger_forward_max_concurrent_rejects_total") == 1);
  const auto asked = take(server);
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
  server.ask("c.example.org. A");
  const auto third = take(server);
  third.finish(reply(third.query, Rcode::NXDOMAIN));
}

TEST_CASE("names outside of FROM and those excepted go on to the next plugin") {
  MemoryServer server(". {\n forward example.org 192.0.2.1 {\n except intern.example.org\n }\n}\n", all_plugins());
  for (const char* question : {"example.com. A", "www.intern.example.org. A", "example.org. AXFR"}) {
    const auto letter = server.ask(question);
    REQUIRE(letter->arrived);
    CHECK(letter->rcode() == Rcode::REFUSED);
  }
  CHECK(server.exchange.waiting() == 0);
}

TEST_CASE("force_tcp asks over TCP") {
  MemoryServer server(". {\n forward . 192.0.2.1 {\n force_tcp\n }\n}\n", all_plugins());
  server.ask("www.example.org. A");
  const auto asked = take(server);
  CHECK(asked.over == Exchange::Over::tcp);
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
}

TEST_CASE("sixteen upstreams are one too many, and a wrong one is told with its place") {
  std::string sixteen = ". {\n forward .";
  for (int i = 1; i <= 16; ++i) sixteen += " 192.0.2." + std::to_string(i);
  CHECK_THROWS_WITH(MemoryServer(sixteen + "\n}\n", all_plugins()), Catch::Contains("at most 15"));
  CHECK_THROWS_WITH(MemoryServer(". {\n forward . 192.0.2\n}\n", all_plugins()), Catch::Contains(":2:12"));
}

TEST_CASE("the fastest upstream is asked, and the others are measured by probes") {
  MemoryServer server(". {\n cache {\n off\n }\n forward . 192.0.2.1 192.0.2.2 {\n policy fastest\n }\n}\n",
                      all_plugins());
  server.ask("www.example.org. A");
  auto first_probe = take(server), second_probe = take(server), asked = take(server);
  server.advance(10ms);
  second_probe.finish(reply(second_probe.query, Rcode::NOERROR));
  server.advance(10ms);
  first_probe.finish(reply(first_probe.query, Rcode::NOERROR));
  asked.finish(reply(asked.query, Rcode::NXDOMAIN));
  for (int i = 0; i < 3; ++i) {
    server.ask("www.example.org. A");
    const auto next = take(server);
    CHECK(next.server == second_probe.server);
    next.finish(reply(next.query, Rcode::NXDOMAIN));
  }
  CHECK(server.exchange.waiting() == 0);
}
