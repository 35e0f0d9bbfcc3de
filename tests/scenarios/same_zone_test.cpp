// The same zone file, served by Knot and by harbingerd, and the same questions to both.
#include <catch2/catch.hpp>

#include <tests/support/compare.h>
#include <tests/support/peers.h>

namespace harbinger {
namespace {

using namespace test;

const std::vector<RRType> kTypes{RRType::A,
                                 RRType::AAAA,
                                 RRType::NS,
                                 RRType::SOA,
                                 RRType::CNAME,
                                 RRType::MX,
                                 RRType::TXT,
                                 RRType::SRV,
                                 RRType::DS,
                                 RRType::DNAME,
                                 RRType::CAA,
                                 RRType::TLSA,
                                 RRType::HTTPS,
                                 RRType::SVCB,
                                 RRType::NAPTR,
                                 RRType::PTR,
                                 RRType::HINFO,
                                 static_cast<RRType>(44),
                                 static_cast<RRType>(65280)};

const std::vector<std::string> kNames{
    // exact, apex, odd octets, and the case of the question
    "same.example", "SAME.eXample", "www.same.example", "WWW.Same.Example", "mixedcase.same.example",
    "under_score.same.example", "dot\\.inside.same.example", "oct\\128et.same.example", "mail.same.example",
    // not there
    "nowhere.same.example", "a.nowhere.same.example", "below.www.same.example", "zzzz.same.example",
    // wildcards
    "some.wild.same.example", "two.labels.wild.same.example", "wild.same.example", "*.wild.same.example",
    "host.wild.same.example", "deep.host.wild.same.example", "other.host.wild.same.example",
    "x.nested.wild.same.example", "nested.wild.same.example", "x.toalias.same.example", "x.tomissing.same.example",
    "x.y.odd.same.example", "x.*.odd.same.example", "y.*.odd.same.example", "*.odd.same.example",
    "sub.*.wild.same.example",
    // empty non-terminals
    "ent.same.example", "c.ent.same.example", "b.c.ent.same.example", "a.b.c.ent.same.example",
    "x.b.c.ent.same.example", "_tcp.same.example",
    // aliases
    "alias.same.example", "chain1.same.example", "dangling.same.example", "toempty.same.example", "towild.same.example",
    "outside.same.example", "tochild.same.example",
    // delegations
    "child.same.example", "host.child.same.example", "ns.child.same.example", "a.b.child.same.example",
    "outchild.same.example", "x.outchild.same.example", "er.child2.same.example", "deep.er.child2.same.example",
    "x.deep.er.child2.same.example", "securechild.same.example", "x.securechild.same.example",
    // moved trees
    "moved.same.example", "x.moved.same.example", "y.z.moved.same.example", "x.movedout.same.example",
    // other types
    "_sip._tcp.same.example", "_443._tcp.www.same.example", "naptr.same.example", "svc.same.example",
    "host.same.example", "unknown.same.example", "sshfp.same.example", "ptr.same.example", "many.same.example",
    // not our zone
    "example", "other.example", ".", "notsame.example"};

struct BothServers {
  Scratch scratch;
  std::filesystem::path zone = scenario_zone("same.zone");
  DnsServer theirs = start_knot(scratch, {{"same.example", zone}});
  DnsServer ours = start_harbinger(scratch, "same.example:{port} {\n bind 127.0.0.1\n file " + zone.string() + "\n}\n");

  std::string differences(const std::vector<Asked>& questions, const Wishes& wishes = {}, const Counted& counted = {}) {
    std::string all;
    for (const auto& asked : questions) all += difference(ours.address(), theirs.address(), asked, wishes, counted);
    return all;
  }
};

TEST_CASE("harbingerd answers every kind of question about a zone as Knot does") {
  if (!installed({"knotd"})) return;
  BothServers both;
  const auto questions = each_with_each(kNames, kTypes);

  SECTION("over UDP, the first time and from the answer cache") {
    CHECK(both.differences(questions) == "");
    CHECK(both.differences(questions) == "");
  }
  SECTION("over TCP") {
    Wishes wishes;
    wishes.tcp = true;
    CHECK(both.differences(questions, wishes) == "");
  }
  SECTION("without EDNS, without recursion desired") {
    Wishes wishes;
    wishes.udp_size = 0;
    wishes.recursion_desired = false;
    CHECK(both.differences(questions, wishes) == "");
  }
}

// How much of a loop is walked before giving up is a server's own business (RFC 1034 sec. 3.6.2 only asks that it ends), and so is what is
// chosen for ANY (RFC 8482).
TEST_CASE("harbingerd agrees with Knot on code and authority where the records are a server's own choice") {
  if (!installed({"knotd"})) return;
  BothServers both;
  Counted counted;
  counted.answers = counted.authorities = counted.additionals = false;

  CHECK(both.differences(each_with_each(kNames, {RRType::ANY}), {}, counted) == "");
  CHECK(both.differences(each_with_each({"loop1.same.example", "selfloop.same.example"}, kTypes), {}, counted) == "");
}

// RFC 6672 sec. 2.2. Knot says NXDOMAIN here, so it is no judge.
TEST_CASE("harbingerd says YXDOMAIN, with the DNAME, when the moved name would be too long") {
  if (!installed({"knotd"})) return;
  BothServers both;
  const std::string label(60, 'x');
  const auto reply = ask(both.ours.address(), label + "." + label + "." + label + ".toolong.same.example", RRType::A);
  REQUIRE(reply);
  CHECK(reply->rcode() == Rcode::YXDOMAIN);
  REQUIRE(reply->message.answers.size() == 1);
  CHECK(reply->message.answers[0].type == RRType::DNAME);
}

TEST_CASE("harbingerd truncates where Knot does, and says everything over TCP") {
  if (!installed({"knotd"})) return;
  BothServers both;
  Wishes small;
  small.udp_size = 0;
  Counted counted;
  counted.answers = false;  // what is left in a truncated reply means nothing (RFC 2181 sec. 9)
  CHECK(both.differences({{"large.same.example", RRType::TXT}}, small, counted) == "");

  Wishes tcp;
  tcp.tcp = true;
  CHECK(both.differences({{"large.same.example", RRType::TXT}, {"many.same.example", RRType::A}}, tcp) == "");
}

}  // namespace
}  // namespace harbinger
