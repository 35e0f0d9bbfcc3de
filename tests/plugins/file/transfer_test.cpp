#include "plugins/file/transfer.h"

#include <algorithm>
#include <deque>

#include "tests/plugins/file/zone_talk.h"
#include "tests/support/fake_loop.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

const TsigKey kKey = TsigKey::parse("hmac-sha256:to.secondary.:c2VjcmV0IG9mIHR3byBzZXJ2ZXJz").value();
const TsigKey kStranger = TsigKey::parse("hmac-sha256:stranger.:c29tZSBvdGhlciBzZWNyZXQhIQ==").value();

std::string head(std::uint32_t serial) {
  return "$TTL 60\n@ SOA ns a " + std::to_string(serial) + " 2 3 4 60\n@ NS ns\nns A 192.0.2.53\n";
}

// What a client got: whole messages.
struct Received final : ZoneReplies {
  explicit Received(std::size_t most) : most_octets(most) {}
  Task<bool> send(std::span<const std::uint8_t> message) override {
    if (messages.size() == gone_after) return ready(false);
    messages.emplace_back(message.begin(), message.end());
    return ready(true);
  }
  std::size_t limit() const override { return most_octets; }

  std::size_t most_octets;
  std::size_t gone_after = SIZE_MAX;
  std::vector<std::vector<std::uint8_t>> messages;
};

std::vector<Record> answers(const Received& received) {
  std::vector<Record> records;
  for (const auto& octets : received.messages) {
    const auto message = Message::parse(octets);
    REQUIRE(message);
    REQUIRE(message->rcode() == Rcode::NOERROR);
    records.insert(records.end(), message->answers.begin(), message->answers.end());
  }
  return records;
}

// One record a line; of SOAs their serial alone.
std::string text_of(const Received& received) {
  std::string text;
  for (const Record& record : answers(received))
    text += record.type == RRType::SOA ? "SOA " + std::to_string(Soa::from_rdata(record.rdata)->serial) + "\n"
                                       : record.to_string() + "\n";
  return text;
}

struct Asked {
  Asked(RRType type, Transport over, std::optional<std::uint32_t> serial)
      : query(QueryBuilder(kOrigin, type)
                  .from(SocketAddress::parse("192.0.2.7:1000").value())
                  .over(over)
                  .dnssec_ok()
                  .build()) {
    wire.resize(4096);
    MessageWriter writer(wire, Header{.id = 0});
    writer.add_question({kOrigin, type, RRClass::IN});
    const Soa soa{.serial = serial.value_or(0)};
    if (serial)
      writer.add_record(MessageWriter::Section::authority, kOrigin, RRType::SOA, RRClass::IN, 0, soa.to_rdata());
    writer.add_opt({.udp_size = 1232, .dnssec_ok = true});
    size = writer.finish().size();
  }
  void sign(TsigClient& client, TsigTime now) { size = client.sign(wire, size, now).value(); }
  ZoneRequest request() const { return {ZoneRequest::Kind::transfer, query, std::span(wire).first(size)}; }

  Query query;
  std::vector<std::uint8_t> wire;
  std::size_t size;
};

struct Primary {
  explicit Primary(const std::string& text,
                   std::vector<TransferRule> rules = {{.nets = {IpPrefix::parse("192.0.2.0/24").value()}}})
      : rules_(std::move(rules)) {
    scratch.write("db", text);
    REQUIRE(zone.start(world.context));
    REQUIRE(keys.add(kKey));
    transfers = std::make_unique<Transfers>(rules_, keys, world.context);
  }
  void edit(const std::string& text) {
    scratch.write("db", text);
    REQUIRE(zone.reload_if_changed());
  }
  void serve(const Asked& asked, Received& received, const ServedZone* of) {
    requests_.push_back(asked.request());
    start(transfers->serve(of, requests_.back(), received));
  }
  Received ask(const Asked& asked) {
    Received received(asked.query.transport() == Transport::udp ? 1232 : 65535);
    serve(asked, received, &zone);
    return received;
  }
  Received axfr() { return ask({RRType::AXFR, Transport::tcp, std::nullopt}); }
  Received ixfr(std::uint32_t serial, Transport over = Transport::tcp) { return ask({RRType::IXFR, over, serial}); }
  double count(const char* kind, const char* result) {
    return world.metric("harbinger_file_transfers_total", {{"kind", kind}, {"result", result}});
  }
  TsigTime now() const { return tsig_time(world.clock); }

  test::Scratch scratch;
  test::TestWorld world;
  ServedZone zone{kOrigin, scratch / "db", 1 << 20};
  TsigKeys keys;
  std::unique_ptr<Transfers> transfers;

 private:
  std::vector<TransferRule> rules_;
  std::deque<ZoneRequest> requests_;  // stay while they are answered
};

std::string many_names(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "n" + std::to_string(i) + " A 192.0.2.1\n";
  return text;
}

Rcode rcode_of(const Received& received) {
  REQUIRE(received.messages.size() == 1);
  return Message::parse(received.messages[0]).value().rcode();
}

}  // namespace

TEST_CASE("a whole zone goes between its SOA and its SOA") {
  Primary primary(head(5));
  CHECK(text_of(primary.axfr()) ==
        "SOA 5\nexample.org. 60 IN NS ns.example.org.\nns.example.org. 60 IN A 192.0.2.53\nSOA 5\n");
  CHECK(primary.count("axfr", "sent") == 1);
}

TEST_CASE("a large zone goes in many messages, of which the first alone has the question") {
  Primary primary(head(5) + many_names(20000));
  const auto received = primary.axfr();
  CHECK(answers(received).size() == 20004);
  CHECK(received.messages.size() > 20);
  for (std::size_t i = 0; i < received.messages.size(); ++i) {
    CHECK(received.messages[i].size() <= 17000);
    CHECK(Message::parse(received.messages[i])->question.has_value() == (i == 0));
  }
}

TEST_CASE("a record that fills a message of its own is transferred") {
  std::string text = head(5) + "big TXT";
  for (int i = 0; i < 200; ++i) text += " " + std::string(250, 'x');
  Primary primary(text + "\n");
  const auto records = answers(primary.axfr());
  CHECK(std::ranges::any_of(records, [](const Record& record) { return record.rdata.size() == 200 * 251; }));
}

TEST_CASE("a client gets the zone as it was when the transfer began, although it changes meanwhile") {
  test::FakeLoop loop;
  Primary primary(head(5) + many_names(5000));
  Received received(65535);
  const Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  primary.serve(asked, received, &primary.zone);
  CHECK(received.messages.size() == 1);
  primary.edit(head(6));
  rcu::barrier();
  loop.run();
  const auto records = answers(received);
  CHECK(records.size() == 5004);
  CHECK(Soa::from_rdata(records.back().rdata)->serial == 5);
}

TEST_CASE("between two messages of a transfer others have their turn") {
  test::FakeLoop loop;
  Primary primary(head(5) + many_names(5000));
  Received received(65535);
  const Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  primary.serve(asked, received, &primary.zone);
  std::size_t messages_before_turn = 0;
  loop.post([&] { messages_before_turn = received.messages.size(); });
  loop.run();
  CHECK(messages_before_turn <= 2);
  CHECK(received.messages.size() > 4);
}

TEST_CASE("a client that is gone ends its transfer") {
  Primary primary(head(5) + many_names(5000));
  Received received(65535);
  received.gone_after = 2;
  const Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  primary.serve(asked, received, &primary.zone);
  CHECK(received.messages.size() == 2);
  CHECK(primary.count("axfr", "broken") == 1);
}

TEST_CASE("nobody gets a zone that no rule gives away") {
  Primary primary(head(5), {});
  const auto received = primary.axfr();
  CHECK(rcode_of(received) == Rcode::REFUSED);
  CHECK(primary.count("axfr", "refused") == 1);
  const auto message = Message::parse(received.messages[0]).value();
  REQUIRE(message.edns);
  const auto error = ExtendedError::parse(*message.edns->option(OptionCode::EDE)).value();
  CHECK(error.code == EdeCode::prohibited);
  CHECK(error.text == "the zone is not for transfer to this address and key");
}

TEST_CASE("a rule with addresses is for these addresses alone") {
  Primary primary(head(5), {{.nets = {IpPrefix::parse("198.51.100.0/24").value()}}});
  CHECK(rcode_of(primary.axfr()) == Rcode::REFUSED);
}

TEST_CASE("a rule with a key is for those who sign with it, and every message to them is signed") {
  Primary primary(head(5) + many_names(5000), {{.keys = {kKey.name}}});
  CHECK(rcode_of(primary.axfr()) == Rcode::REFUSED);

  TsigClient client(std::make_shared<TsigKey>(kKey));
  Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  asked.sign(client, primary.now());
  const auto received = primary.ask(asked);
  CHECK(received.messages.size() > 3);
  for (const auto& message : received.messages) {
    CHECK(client.verify(message, primary.now()));
    CHECK_FALSE(client.pending());
  }
  CHECK(answers(received).size() == 5004);
}

TEST_CASE("a signed question for the SOA gets a signed answer, and needs no rule") {
  Primary primary(head(5), {});
  for (const auto over : {Transport::udp, Transport::tcp}) {
    TsigClient client(std::make_shared<TsigKey>(kKey));
    Asked asked(RRType::SOA, over, std::nullopt);
    asked.sign(client, primary.now());
    const auto received = primary.ask(asked);
    CHECK(text_of(received) == "SOA 5\n");
    CHECK(client.verify(received.messages.at(0), primary.now()));
  }
}

TEST_CASE("a key that is not known here is told so") {
  Primary primary(head(5));
  TsigClient client(std::make_shared<TsigKey>(kStranger));
  Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  asked.sign(client, primary.now());
  const auto received = primary.ask(asked);
  CHECK(rcode_of(received) == Rcode::NOTAUTH);
  CHECK_FALSE(client.verify(received.messages[0], primary.now()));
  CHECK(client.error() == TsigError::BADKEY);
}

TEST_CASE("a known name with another secret gets nothing") {
  Primary primary(head(5), {{.keys = {kKey.name}}});
  auto forged = kKey;
  forged.secret[0] ^= 1;
  TsigClient client(std::make_shared<TsigKey>(forged));
  Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  asked.sign(client, primary.now());
  CHECK(rcode_of(primary.ask(asked)) == Rcode::NOTAUTH);
}

TEST_CASE("a name that is no zone's cannot be transferred") {
  Primary primary(head(5));
  Received received(65535);
  const Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  primary.serve(asked, received, nullptr);
  CHECK(rcode_of(received) == Rcode::NOTAUTH);
}

TEST_CASE("AXFR does not go over UDP") {
  Primary primary(head(5));
  CHECK(rcode_of(primary.ask({RRType::AXFR, Transport::udp, std::nullopt})) == Rcode::FORMERR);
}

TEST_CASE("the steps since a serial go oldest first, each from SOA to SOA") {
  Primary primary(head(5) + "old A 192.0.2.1\n");
  primary.edit(head(6) + "new A 192.0.2.2\n");
  primary.edit(head(9) + "new A 192.0.2.2\nnewer A 192.0.2.3\n");
  CHECK(text_of(primary.ixfr(5)) ==
        "SOA 9\n"
        "SOA 5\nold.example.org. 60 IN A 192.0.2.1\nSOA 6\nnew.example.org. 60 IN A 192.0.2.2\n"
        "SOA 6\nSOA 9\nnewer.example.org. 60 IN A 192.0.2.3\n"
        "SOA 9\n");
  CHECK(text_of(primary.ixfr(6)) == "SOA 9\nSOA 6\nSOA 9\nnewer.example.org. 60 IN A 192.0.2.3\nSOA 9\n");
  CHECK(primary.count("ixfr", "sent") == 2);
}

TEST_CASE("who has the zone already, or a later one, gets its SOA alone") {
  Primary primary(head(5));
  CHECK(text_of(primary.ixfr(5)) == "SOA 5\n");
  CHECK(text_of(primary.ixfr(7)) == "SOA 5\n");
  CHECK(text_of(primary.ixfr(5, Transport::udp)) == "SOA 5\n");
}

TEST_CASE("who is behind the history gets the whole zone") {
  Primary primary(head(5));
  primary.edit(head(6));
  CHECK(text_of(primary.ixfr(4)) ==
        "SOA 6\nexample.org. 60 IN NS ns.example.org.\nns.example.org. 60 IN A 192.0.2.53\nSOA 6\n");
  CHECK(primary.count("axfr", "sent") == 1);
}

TEST_CASE("steps go over UDP when they fit, and else the SOA that sends the client to TCP") {
  Primary primary(head(5));
  primary.edit(head(6) + "a A 192.0.2.1\n");
  CHECK(text_of(primary.ixfr(5, Transport::udp)) == "SOA 6\nSOA 5\nSOA 6\na.example.org. 60 IN A 192.0.2.1\nSOA 6\n");
  primary.edit(head(7) + many_names(500));
  CHECK(text_of(primary.ixfr(5, Transport::udp)) == "SOA 7\n");
  CHECK(text_of(primary.ixfr(4, Transport::udp)) == "SOA 7\n");
}

TEST_CASE("IXFR without a serial is malformed") {
  Primary primary(head(5));
  CHECK(rcode_of(primary.ask({RRType::IXFR, Transport::tcp, std::nullopt})) == Rcode::FORMERR);
}

TEST_CASE("a zone that was edited without a new serial is told as a mistake, and its history ends") {
  Primary primary(head(5));
  primary.edit(head(6));
  primary.edit(head(6) + "a A 192.0.2.1\n");
  CHECK_THAT(primary.world.log.text(), Catch::Contains("the serial 6 is not later than 6"));
  primary.edit(head(7));
  CHECK(answers(primary.ixfr(5)).size() == 4);
  CHECK(primary.count("axfr", "sent") == 1);
}

TEST_CASE("more transfers than a server has room for come again later") {
  test::FakeLoop loop;
  Primary primary(head(5) + many_names(2000));
  const Asked asked(RRType::AXFR, Transport::tcp, std::nullopt);
  std::vector<std::unique_ptr<Received>> clients;
  for (int i = 0; i <= Transfers::kMost; ++i) {
    clients.push_back(std::make_unique<Received>(65535));
    primary.serve(asked, *clients.back(), &primary.zone);
  }
  CHECK(rcode_of(*clients.back()) == Rcode::SERVFAIL);
  CHECK(primary.count("axfr", "busy") == 1);
  loop.run();
  CHECK(primary.count("axfr", "sent") == Transfers::kMost);
  Received later(65535);
  primary.serve(asked, later, &primary.zone);
  loop.run();
  CHECK(answers(later).size() == 2004);
}

TEST_CASE("a primary does not want to be notified") {
  Primary primary(head(5));
  Received received(1232);
  const Asked asked(RRType::SOA, Transport::udp, std::nullopt);
  const ZoneRequest request = asked.request();
  start(primary.transfers->turn_away_notify(request, received));
  CHECK(rcode_of(received) == Rcode::NOTAUTH);
  CHECK(Message::parse(received.messages[0])->header.opcode == Opcode::NOTIFY);
}
