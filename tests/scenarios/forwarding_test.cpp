// Asked through harbingerd, an upstream says what it says when asked directly.
#include <catch2/catch.hpp>

#include <tests/support/compare.h>
#include <tests/support/peers.h>

namespace harbinger {
namespace {

using namespace test;

const std::vector<std::string> kNames{
    "same.example",           "www.same.example",          "WwW.SaMe.ExAmPlE",       "nowhere.same.example",
    "some.wild.same.example", "ent.same.example",          "alias.same.example",     "chain1.same.example",
    "moved.same.example",     "x.moved.same.example",      "_sip._tcp.same.example", "naptr.same.example",
    "svc.same.example",       "host.same.example",         "unknown.same.example",   "sshfp.same.example",
    "many.same.example",      "dot\\.inside.same.example", "oct\\128et.same.example"};

const std::vector<RRType> kTypes{
    RRType::A,   RRType::AAAA, RRType::NS,    RRType::SOA,   RRType::CNAME, RRType::MX,    RRType::TXT,
    RRType::SRV, RRType::CAA,  RRType::HTTPS, RRType::NAPTR, RRType::PTR,   RRType::HINFO, static_cast<RRType>(65280)};

std::string forwarding_to(const DnsServer& upstream) {
  return "same.example:{port} {\n bind 127.0.0.1\n forward . " + upstream.address().to_string() + "\n}\n";
}

std::string differences(const DnsServer& ours, const DnsServer& theirs, const Wishes& wishes) {
  // TTLs run down between two questions; whether a reply is authoritative is said by the server that has the zone; and what was not asked
  // for (additional records) is not handed on (RFC 5452 sec. 6).
  Counted counted;
  counted.ttls = counted.authoritative = counted.additionals = false;
  std::string all;
  for (const auto& asked : each_with_each(kNames, kTypes))
    all += difference(ours.address(), theirs.address(), asked, wishes, counted);
  return all;
}

void ask_through_and_directly(const DnsServer& ours, const DnsServer& theirs) {
  Wishes plain, tcp, checking;
  tcp.tcp = true;
  checking.dnssec_ok = true;
  CHECK(differences(ours, theirs, plain) == "");
  CHECK(differences(ours, theirs, plain) == "");  // now from the answer cache
  CHECK(differences(ours, theirs, tcp) == "");
  CHECK(differences(ours, theirs, checking) == "");
}

TEST_CASE("a reply forwarded from Knot is the reply that Knot gives") {
  if (!installed({"knotd"})) return;
  Scratch scratch;
  auto knot = start_knot(scratch, {{"same.example", scenario_zone("same.zone")}});
  auto ours = start_harbinger(scratch, forwarding_to(knot));
  ask_through_and_directly(ours, knot);
}

TEST_CASE("a reply forwarded from Unbound is the reply that Unbound gives") {
  if (!installed({"knotd", "unbound"})) return;
  Scratch scratch;
  auto knot = start_knot(scratch, {{"same.example", scenario_zone("same.zone")}});
  auto unbound = start_unbound(scratch, "same.example", knot.address());
  auto ours = start_harbinger(scratch, forwarding_to(unbound));
  ask_through_and_directly(ours, unbound);
}

TEST_CASE("a reply too large for UDP comes from the upstream over TCP and reaches the client whole") {
  if (!installed({"knotd"})) return;
  Scratch scratch;
  std::string text = read_text(scenario_zone("same.zone")) + "\n";
  for (int i = 0; i < 60; ++i) text += "bulk TXT \"number " + std::to_string(i) + ", with some text beside it\"\n";
  const auto large = scratch.write("large.zone", text);
  auto knot = start_knot(scratch, {{"same.example", large}});
  auto ours = start_harbinger(scratch, forwarding_to(knot));

  const auto over_udp = ask(ours.address(), "bulk.same.example", RRType::TXT);
  REQUIRE(over_udp);
  CHECK(over_udp->message.header.tc);

  Wishes wishes;
  wishes.tcp = true;
  const auto over_tcp = ask(ours.address(), "bulk.same.example", RRType::TXT, wishes);
  REQUIRE(over_tcp);
  CHECK_FALSE(over_tcp->message.header.tc);
  CHECK(over_tcp->message.answers.size() == 60);
}

}  // namespace
}  // namespace harbinger
