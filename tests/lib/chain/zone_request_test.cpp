// Messages that maintain a zone: who gets them, and how what is said to them comes back.
#include <array>

#include <harbinger/tsig.h>

#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets message(Opcode opcode, RRType type = RRType::SOA, const char* zone = "example.org.") {
  std::array<std::uint8_t, 512> out;
  MessageWriter writer(out, {.id = 7, .opcode = opcode});
  writer.add_question({Name::parse(zone).value(), type});
  const auto done = writer.finish();
  return {done.begin(), done.end()};
}

Octets reply_of(Rcode rcode, std::uint8_t mark) {
  Octets octets(Header::kSize + 1, mark);
  std::span<std::uint8_t, Header::kSize> head(octets.data(), Header::kSize);
  Header{.id = 7, .qr = true, .rcode = static_cast<std::uint8_t>(rcode)}.write(head);
  return octets;
}

Rcode rcode_of(const Letter& letter) { return static_cast<Rcode>(letter.bytes.at(3) & 0xf); }

ProbeRoles maintaining(std::function<Task<bool>(const ZoneRequest&, ZoneReplies&)> maintain) {
  return {.maintain = std::move(maintain)};
}

}  // namespace

TEST_CASE("an UPDATE, a NOTIFY and a transfer reach the first plugin that maintains the zone, whole") {
  std::vector<std::pair<ZoneRequest::Kind, Octets>> heard;
  MemoryServer server(". {\n stranger\n keeper\n late\n}",
                      {probe("stranger", {}),
                       probe("keeper", maintaining([&](const auto& request, auto& replies) -> Task<bool> {
                               heard.emplace_back(request.kind, Octets(request.wire.begin(), request.wire.end()));
                               co_return co_await replies.send(reply_of(Rcode::NOERROR, 1));
                             })),
                       probe("late", maintaining([](const auto&, auto&) -> Task<bool> {
                               FAIL("was answered already");
                               co_return true;
                             }))});
  const std::array sent{message(Opcode::UPDATE), message(Opcode::NOTIFY), message(Opcode::QUERY, RRType::AXFR),
                        message(Opcode::QUERY, RRType::IXFR)};
  for (const auto& each : sent) {
    const auto letter = server.send(each, {.transport = Transport::tcp});
    REQUIRE(letter->arrived);
    CHECK(rcode_of(*letter) == Rcode::NOERROR);
    CHECK(heard.back().second == each);
  }
  REQUIRE(heard.size() == 4);
  CHECK(heard[0].first == ZoneRequest::Kind::update);
  CHECK(heard[1].first == ZoneRequest::Kind::notify);
  CHECK(heard[2].first == ZoneRequest::Kind::transfer);
  CHECK(heard[3].first == ZoneRequest::Kind::transfer);
}

TEST_CASE("a signed question for the SOA reaches who maintains the zone, as secondaries begin with it; others do not") {
  const auto key = std::make_shared<TsigKey>(TsigKey::parse("to.secondary.:c2VjcmV0IG9mIHR3byBzZXJ2ZXJz").value());
  const auto as_signed = [&](RRType type) {
    auto octets = message(Opcode::QUERY, type);
    const auto size = octets.size();
    TsigClient client(key);
    octets.resize(size + client.room());
    octets.resize(client.sign(octets, size, 1000).value());
    return octets;
  };
  int heard = 0;
  MemoryServer server(". {\n keeper\n}",
                      {probe("keeper", maintaining([&](const auto& request, auto& replies) -> Task<bool> {
                               CHECK(request.kind == ZoneRequest::Kind::transfer);
                               ++heard;
                               co_return co_await replies.send(reply_of(Rcode::NOERROR, 1));
                             }))});
  CHECK(rcode_of(*server.send(as_signed(RRType::SOA), {})) == Rcode::NOERROR);
  CHECK(heard == 1);
  CHECK(rcode_of(*server.send(as_signed(RRType::A), {})) == Rcode::NOTAUTH);
  server.send(message(Opcode::QUERY, RRType::SOA), {});
  CHECK(heard == 1);
}

TEST_CASE("what nobody maintains is told so") {
  MemoryServer server("example.org {\n stranger\n}", {probe("stranger", {})});
  CHECK(rcode_of(*server.send(message(Opcode::UPDATE), {})) == Rcode::NOTIMP);
  CHECK(rcode_of(*server.send(message(Opcode::NOTIFY), {})) == Rcode::NOTIMP);
  CHECK(rcode_of(*server.send(message(Opcode::QUERY, RRType::AXFR), {})) == Rcode::REFUSED);
  CHECK(rcode_of(*server.send(message(Opcode::UPDATE, RRType::SOA, "example.net."), {})) == Rcode::NOTIMP);
}

TEST_CASE("who is not admitted maintains nothing") {
  MemoryServer server(". {\n guard\n keeper\n}",
                      {probe("guard", {.admit = [](const Query&) { return Verdict::refuse(); }}),
                       probe("keeper", maintaining([](const auto&, auto&) -> Task<bool> {
                               FAIL("was refused");
                               co_return true;
                             }))});
  const auto letter = server.send(message(Opcode::UPDATE), {});
  CHECK(rcode_of(*letter) == Rcode::REFUSED);
  CHECK((letter->bytes.at(2) >> 3 & 0xf) == static_cast<int>(Opcode::UPDATE));
}

TEST_CASE("a stream of messages comes in its order, at the pace of who reads it") {
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([](const auto&, auto& replies) -> Task<bool> {
                                                  for (std::uint8_t i = 0; i < 5; ++i)
                                                    if (!co_await replies.send(reply_of(Rcode::NOERROR, i)))
                                                      co_return true;
                                                  co_return true;
                                                }))});
  const auto letter = server.send(message(Opcode::QUERY, RRType::AXFR), {.transport = Transport::tcp, .room = 2});
  CHECK_FALSE(letter->arrived);
  CHECK(letter->before.size() == 2);
  letter->room = 4;
  server.advance(100ms);
  REQUIRE(letter->arrived);
  REQUIRE(letter->before.size() == 4);
  for (std::uint8_t i = 0; i < 4; ++i) CHECK(letter->before[i].back() == i);
  CHECK(letter->bytes.back() == 4);
}

TEST_CASE("a stream that waits for nobody ends once") {
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([](const auto&, auto& replies) -> Task<bool> {
                                                  for (std::uint8_t i = 0; i < 3; ++i)
                                                    if (!co_await replies.send(reply_of(Rcode::NOERROR, i)))
                                                      co_return true;
                                                  co_return true;
                                                }))});
  const auto letter = server.send(message(Opcode::QUERY, RRType::AXFR), {.transport = Transport::tcp});
  CHECK(letter->before.size() == 2);
  CHECK(letter->bytes.back() == 2);
  CHECK(letter->times == 1);
}

TEST_CASE("over UDP there is one message, and a client that is gone hears no more") {
  std::vector<bool> sent;
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([&](const auto&, auto& replies) -> Task<bool> {
                                                  for (int i = 0; i < 3; ++i) {
                                                    const bool taken =
                                                        co_await replies.send(reply_of(Rcode::NOERROR, 1));
                                                    sent.push_back(taken);
                                                  }
                                                  co_return true;
                                                }))});
  CHECK(server.send(message(Opcode::QUERY, RRType::IXFR), {})->arrived);
  CHECK(sent == std::vector{true, false, false});

  sent.clear();
  const auto letter = server.send(message(Opcode::QUERY, RRType::AXFR), {.transport = Transport::tcp, .room = 0});
  letter->gone = true;
  server.advance(1s);
  CHECK(sent == std::vector{true, false, false});
}

TEST_CASE("a plugin that throws over a zone costs one SERVFAIL") {
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([](const auto&, auto&) -> Task<bool> {
                                                  throw std::runtime_error("no such zone file");
                                                  co_return true;
                                                }))});
  CHECK(rcode_of(*server.send(message(Opcode::UPDATE), {})) == Rcode::SERVFAIL);
  CHECK(server.count("harbinger_panics_total") == 1);
}

TEST_CASE("an UPDATE without a zone, with two, or with octets behind it is malformed") {
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([](const auto&, auto&) -> Task<bool> {
                                                  FAIL("was malformed");
                                                  co_return true;
                                                }))});
  auto octets = message(Opcode::UPDATE);
  auto without = octets;
  without[5] = 0;
  auto two = octets;
  two[5] = 2;
  auto behind = octets;
  behind.push_back(0);
  for (const auto& each : {without, two, behind}) CHECK(rcode_of(*server.send(each, {})) == Rcode::FORMERR);
}

TEST_CASE("a signature goes on to who has keys, and counts for nothing where nobody has") {
  // Owned by the root: algorithm root, time, fudge, no MAC, id, no error, no other data.
  const Octets tsig{0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 7, 0, 0, 0, 0};
  const auto is_signed = [&](Octets octets) {
    octets[11] = 1;
    octets.insert(octets.end(), tsig.begin(), tsig.end());
    return octets;
  };
  const auto maintains = GENERATE(true, false);
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([=](const auto&, auto& replies) -> Task<bool> {
                                                  if (!maintains) co_return false;
                                                  co_return co_await replies.send(reply_of(Rcode::NOERROR, 1));
                                                }))});
  const auto rcode = [&](const Octets& octets) { return rcode_of(*server.send(is_signed(octets), {})); };
  CHECK(rcode(message(Opcode::UPDATE)) == (maintains ? Rcode::NOERROR : Rcode::NOTIMP));
  CHECK(rcode(message(Opcode::QUERY, RRType::AXFR)) == (maintains ? Rcode::NOERROR : Rcode::NOTAUTH));
  CHECK(rcode(message(Opcode::QUERY, RRType::A)) == Rcode::NOTAUTH);
}

TEST_CASE("classes other than IN reach nobody") {
  MemoryServer server(". {\n keeper\n}", {probe("keeper", maintaining([](const auto&, auto&) -> Task<bool> {
                                                  FAIL("is no zone of ours");
                                                  co_return true;
                                                }))});
  for (const auto klass : {RRClass::CH, RRClass::HS, RRClass::NONE, RRClass::ANY}) {
    auto octets = message(Opcode::UPDATE);
    octets[octets.size() - 1] = static_cast<std::uint8_t>(klass);
    CHECK(rcode_of(*server.send(octets, {})) == Rcode::NOTIMP);
  }
}

TEST_CASE("who thinks before saying no leaves the answer to the others all the same") {
  ProbeRoles roles = answering("60 A 192.0.2.1");
  roles.maintain = [](const auto&, auto&) -> Task<bool> {
    co_await Loop::current()->sleep(10ms);
    co_return false;
  };
  MemoryServer server(". {\n keeper\n}", {probe("keeper", roles)});
  const auto update = server.send(message(Opcode::UPDATE), {});
  const auto transfer = server.send(message(Opcode::QUERY, RRType::AXFR), {});
  CHECK_FALSE(update->arrived);
  CHECK(server.responder->in_flight() == 2);
  server.advance(20ms);
  REQUIRE(update->times == 1);
  CHECK(rcode_of(*update) == Rcode::NOTIMP);
  REQUIRE(transfer->times == 1);
  CHECK(transfer->message().answers.size() == 1);
  CHECK(server.responder->in_flight() == 0);
}

TEST_CASE("an exception over a transfer that is served late costs one SERVFAIL") {
  ProbeRoles roles = answering("60 A 192.0.2.1");
  roles.maintain = [](const auto&, auto&) -> Task<bool> {
    co_await Loop::current()->sleep(10ms);
    co_return false;
  };
  roles.identify = [](Query&) { throw std::runtime_error("identify"); };
  MemoryServer server(". {\n keeper\n}", {probe("keeper", roles)});
  const auto letter = server.send(message(Opcode::QUERY, RRType::AXFR), {});
  server.advance(20ms);
  REQUIRE(letter->times == 1);
  CHECK(rcode_of(*letter) == Rcode::SERVFAIL);
  CHECK(server.count("harbinger_panics_total") == 1);
}
