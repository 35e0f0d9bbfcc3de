// Zones that others copy: Knot, NSD and BIND as secondaries of harbingerd.
#include <catch2/catch.hpp>

#include <chrono>
#include <iostream>

#include <tests/support/dns_client.h>
#include <tests/support/secondaries.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;

const SharedKey kKey{"to.secondary.", "c2VjcmV0IG9mIHR3byBzZXJ2ZXJzLCB0aGlydHkgdHdv"};
const SharedKey kWrong{"to.secondary.", "c29tZXRoaW5nIGVsc2UsIGFsc28gdGhpcnR5IHR3bw=="};
const std::string kZone = "copied.example";

std::string zone_text(std::uint32_t serial, const std::string& records) {
  return "$TTL 300\n@ SOA ns hostmaster " + std::to_string(serial) + " 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n" +
         records;
}

std::string many_names(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "n" + std::to_string(i) + " A 192.0.2." + std::to_string(i % 250) + "\n";
  return text;
}

// harbingerd with a zone that a secondary copies.
class Primary {
 public:
  Primary(const Scratch& scratch, const std::string& text, const std::string& options)
      : scratch_(scratch), address_(loopback(free_port())) {
    edit(text);
    scratch_.write("keys", "hmac-sha256:" + kKey.name + ":" + kKey.secret + "\n");
    std::filesystem::permissions(scratch_ / "keys", std::filesystem::perms::owner_read);
    scratch_.write("Harbingerfile", kZone + ":" + std::to_string(address_.port) +
                                        " {\n bind 127.0.0.1\n file db {\n  reload 100ms\n" + options + " }\n}\n");
  }
  const SocketAddress& address() const { return address_; }
  void start() {
    server_.emplace(address_, std::vector<std::string>{HARBINGER_BINARY_DIR "/server/harbingerd", "-conf",
                                                       (scratch_ / "Harbingerfile").string()});
  }
  void edit(const std::string& text) {
    scratch_.write("db.new", text);
    std::filesystem::rename(scratch_ / "db.new", scratch_ / "db");
  }
  std::string log() { return server_->process().output(); }
  bool said(std::string_view text) {
    return wait_until([&] { return log().find(text) != std::string::npos; }, 5s);
  }

 private:
  const Scratch& scratch_;
  const SocketAddress address_;
  std::optional<DnsServer> server_;
};

std::string notifies(const SocketAddress& secondary, const std::optional<SharedKey>& key) {
  return "  notify " + secondary.to_string() + (key ? " key " + key->name : "") + "\n";
}

bool reaches(const SocketAddress& server, std::uint32_t serial) {
  return wait_until([&] { return serial_at(server, kZone) == serial; }, 15s);
}

// The messages of an AXFR of so many records, over one connection; `on_first` is called behind the first.
struct Fetched {
  std::vector<std::vector<std::uint8_t>> messages;
  std::chrono::milliseconds took{};

  std::vector<Record> records() const {
    std::vector<Record> all;
    for (const auto& octets : messages) {
      const auto message = Message::parse(octets).value();
      all.insert(all.end(), message.answers.begin(), message.answers.end());
    }
    return all;
  }
};
Fetched fetch(const SocketAddress& server, std::size_t records, const std::function<void()>& on_first = [] {}) {
  const auto began = std::chrono::steady_clock::now();
  auto stream = Stream::connect(server).value();
  REQUIRE(stream.send(make_query(7, {*Name::parse(kZone), RRType::AXFR, RRClass::IN}, false, 0)));
  Fetched fetched;
  for (std::size_t got = 0; got < records;) {
    auto octets = stream.receive(20s);
    if (!octets) FAIL("ended after " << got << " records: " << octets.error().message);
    const auto header = Header::parse(*octets).value();
    if (header.ancount == 0) FAIL("a message without records, rcode " << int{header.rcode});
    got += header.ancount;
    fetched.messages.push_back(std::move(*octets));
    if (fetched.messages.size() == 1) on_first();
  }
  fetched.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return fetched;
}

std::uint32_t serial_of(const Record& soa) { return Soa::from_rdata(soa.rdata).value().serial; }

const std::string kFirst =
    zone_text(1, "www A 192.0.2.1\nold TXT \"goes away\"\n*.wild A 192.0.2.9\nsub NS ns.sub\nns.sub A 192.0.2.77\n");
const std::string kSecond = zone_text(
    2,
    "www A 192.0.2.1\nwww A 192.0.2.2\nnew AAAA 2001:db8::1\n*.wild A 192.0.2.9\nsub NS ns.sub\nns.sub A 192.0.2.77\n");

// The whole life of a copy: it comes, follows, is overtaken while it is away, and catches up.
void copy_follows(const std::string& program, const std::optional<SharedKey>& key) {
  if (!installed({program, "kdig"})) return;
  const Scratch scratch;
  const auto place = loopback(free_port());
  Primary primary(scratch, kFirst,
                  (key ? "  keys keys\n  transfer key " + key->name : std::string("  transfer from 127.0.0.1")) + "\n" +
                      notifies(place, key));
  // BIND goes on for long with a primary that was not there at first, and does not listen meanwhile; Knot asks it again after some seconds only.
  const bool primary_first = program != "nsd";
  if (primary_first) primary.start();
  auto secondary = start_secondary(scratch, {program, kZone, primary.address(), place, key});
  if (!primary_first) primary.start();
  const auto has = [&](std::uint32_t serial) {
    if (reaches(place, serial)) return true;
    UNSCOPED_INFO("harbinger:\n" + primary.log() + "\n" + program + ":\n" + secondary.process().output());
    return false;
  };
  CHECK(has(1));
  CHECK(whole_zone(place, kZone) == whole_zone(primary.address(), kZone, key));
  CHECK(whole_zone(place, kZone).size() == 8);
  CHECK(primary.said("axfr to 127.0.0.1"));

  primary.edit(kSecond);
  CHECK(has(2));
  CHECK(whole_zone(place, kZone) == whole_zone(primary.address(), kZone, key));
  CHECK(primary.said("ixfr to 127.0.0.1"));

  secondary.kill();
  primary.edit(zone_text(3, "www A 192.0.2.3\n"));
  primary.edit(zone_text(4, "www A 192.0.2.4\n"));
  CHECK(reaches(primary.address(), 4));
  secondary.start();
  CHECK(has(4));
  CHECK(whole_zone(place, kZone) == whole_zone(primary.address(), kZone, key));
}

}  // namespace

TEST_CASE("Knot follows a zone of ours") { copy_follows("knotd", std::nullopt); }
TEST_CASE("Knot follows a zone of ours with a key") { copy_follows("knotd", kKey); }
TEST_CASE("NSD follows a zone of ours") { copy_follows("nsd", std::nullopt); }
TEST_CASE("NSD follows a zone of ours with a key") { copy_follows("nsd", kKey); }
TEST_CASE("BIND follows a zone of ours") { copy_follows("named", std::nullopt); }
TEST_CASE("BIND follows a zone of ours with a key") { copy_follows("named", kKey); }

TEST_CASE("a secondary with a wrong secret gets nothing, and the log says who it was") {
  if (!installed({"knotd", "kdig"})) return;
  const Scratch scratch;
  const auto place = loopback(free_port());
  Primary primary(scratch, kFirst, "  keys keys\n  transfer key " + kKey.name + "\n" + notifies(place, kKey));
  primary.start();
  const auto secondary = start_secondary(scratch, {"knotd", kZone, primary.address(), place, kWrong});
  CHECK(primary.said("the signature is not by its secret"));
  CHECK_FALSE(serial_at(place, kZone));
  CHECK_THAT(kdig(primary.address(), {kZone, "AXFR"}, kWrong), Catch::Contains("BADSIG"));
  CHECK_THAT(kdig(primary.address(), {kZone, "AXFR"}), Catch::Contains("REFUSED"));
}

TEST_CASE("kdig fetches the steps since a serial") {
  if (!installed({"kdig"})) return;
  const Scratch scratch;
  Primary primary(scratch, kFirst, "  transfer from 127.0.0.1\n");
  primary.start();
  primary.edit(kSecond);
  REQUIRE(reaches(primary.address(), 2));
  const auto steps = kdig(primary.address(), {kZone, "IXFR=1"});
  CHECK_THAT(steps, Catch::Contains("goes away") && Catch::Contains("2001:db8::1"));
  CHECK_THAT(steps, !Catch::Contains("192.0.2.77"));
  CHECK_THAT(kdig(primary.address(), {kZone, "IXFR=2"}), !Catch::Contains("192.0.2."));
}

TEST_CASE("a zone that changes during its transfer arrives as it was") {
  const Scratch scratch;
  Primary primary(scratch, zone_text(1, many_names(100000)), "  transfer from 127.0.0.1\n");
  primary.start();
  const auto fetched = fetch(primary.address(), 100004, [&] {
    primary.edit(zone_text(2, ""));
    CHECK(reaches(primary.address(), 2));
  });
  const auto records = fetched.records();
  CHECK(records.size() == 100004);
  CHECK(serial_of(records.front()) == 1);
  CHECK(serial_of(records.back()) == 1);
  CHECK(serial_of(fetch(primary.address(), 4).records().back()) == 2);
}

TEST_CASE("many secondaries fetch a large zone at the same time, and questions are answered meanwhile") {
  if (!installed({"kdig"})) return;
  const Scratch scratch;
  Primary primary(scratch, zone_text(1, many_names(50000)), "  transfer from 127.0.0.1\n");
  primary.start();
  std::vector<Process> clients;
  for (int i = 0; i < 10; ++i)
    clients.emplace_back(
        std::vector<std::string>{"kdig", "@127.0.0.1", "-p", std::to_string(primary.address().port), kZone, "AXFR"});
  for (int i = 0; i < 20; ++i) CHECK(ask(primary.address(), "n7." + kZone, RRType::A));
  for (Process& client : clients) {
    client.wait(60s);
    CHECK_THAT(client.output(), Catch::Contains("Received") && Catch::Contains("50004 records"));
  }
}

TEST_CASE("a client that asks for a zone and does not read holds up nobody, and is closed") {
  const Scratch scratch;
  Primary primary(scratch, zone_text(1, many_names(400000)), "  transfer from 127.0.0.1\n");
  primary.start();
  auto stream = Stream::connect(primary.address()).value();
  REQUIRE(stream.send(make_query(7, {*Name::parse(kZone), RRType::AXFR, RRClass::IN}, false, 0)));
  for (int i = 0; i < 20; ++i) CHECK(ask(primary.address(), "n7." + kZone, RRType::A));
  CHECK(wait_until([&] { return primary.log().find("axfr to 127.0.0.1") != std::string::npos; }, 30s));
  CHECK_THAT(primary.log(), Catch::Contains("broken"));
}

TEST_CASE("other questions on the connection of a transfer are answered while it goes on") {
  const Scratch scratch;
  Primary primary(scratch, zone_text(1, many_names(200000)), "  transfer from 127.0.0.1\n");
  primary.start();
  auto stream = Stream::connect(primary.address()).value();
  REQUIRE(stream.send(make_query(7, {*Name::parse(kZone), RRType::AXFR, RRClass::IN}, false, 0)));
  REQUIRE(stream.receive());
  REQUIRE(stream.send(make_query(8, {*Name::parse("n7." + kZone), RRType::A, RRClass::IN})));
  int before = 0, behind = 0;
  for (int soas = 1; soas < 2;) {
    const auto message = Message::parse(stream.receive().value()).value();
    for (const Record& record : message.answers) soas += record.type == RRType::SOA;
    if (message.header.id == 8) before = behind, behind = 0;
    ++behind;
  }
  UNSCOPED_INFO(before << " messages came before the answer, " << behind << " behind it");
  CHECK(behind > 1);
}

TEST_CASE("a large zone goes out about as fast as from Knot") {
  if (!installed({"knotd"})) return;
  const Scratch scratch;
  const auto text = zone_text(1, many_names(100000));
  Primary primary(scratch, text, "  transfer from 127.0.0.1\n");
  primary.start();
  const auto folder = scratch / "knot";
  const auto place = loopback(free_port());
  const std::string config =
      "server:\n  rundir: \"" + folder.string() + "\"\n  listen: 127.0.0.1@" + std::to_string(place.port) +
      "\ndatabase:\n  storage: \"" + folder.string() +
      "\"\nacl:\n  - id: all\n    address: 127.0.0.1\n    action: transfer\nzone:\n  - domain: " + kZone +
      "\n    file: \"" + (scratch / "db").string() +
      "\"\n    zonefile-sync: -1\n    journal-content: none\n    acl: all\n";
  DnsServer knot(place, {"knotd", "-c", scratch.write("knot/knot.conf", config).string()});
  REQUIRE(reaches(place, 1));
  std::chrono::milliseconds ours{1h}, theirs{1h};
  for (int round = 0; round < 3; ++round) {
    const auto from_us = fetch(primary.address(), 100004), from_knot = fetch(place, 100004);
    ours = std::min(ours, from_us.took);
    theirs = std::min(theirs, from_knot.took);
  }
  std::cout << "AXFR of 100,003 records: harbinger " << ours.count() << " ms, Knot " << theirs.count() << " ms\n";
}

}  // namespace harbinger
