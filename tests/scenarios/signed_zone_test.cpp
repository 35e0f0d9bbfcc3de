// A zone signed by Knot's kzonesign, served by Knot and by harbingerd: proofs must be the same record for record.
#include <catch2/catch.hpp>

#include <tests/support/compare.h>
#include <tests/support/peers.h>

namespace harbinger {
namespace {

using namespace test;

const std::vector<std::string> kNames{
    "same.example",           "www.same.example",         "nowhere.same.example",     "a.nowhere.same.example",
    "below.www.same.example", "some.wild.same.example",   "host.wild.same.example",   "other.host.wild.same.example",
    "x.toalias.same.example", "x.tomissing.same.example", "ent.same.example",         "b.c.ent.same.example",
    "alias.same.example",     "chain1.same.example",      "dangling.same.example",    "outside.same.example",
    "child.same.example",     "host.child.same.example",  "securechild.same.example", "x.securechild.same.example",
    "moved.same.example",     "x.moved.same.example",     "_sip._tcp.same.example",   "unknown.same.example",
    "many.same.example"};

// NSEC is the one type that may stand beside a CNAME (RFC 4034 sec. 4): whether a question for it follows the alias, and whether a wildcard
// stands for it, servers answer differently. So it is asked for elsewhere only.
const std::vector<std::string> kNamesWithNsec{"same.example",     "www.same.example",  "nowhere.same.example",
                                              "ent.same.example", "many.same.example", "securechild.same.example"};

const std::vector<RRType> kTypes{RRType::A,      RRType::AAAA,       RRType::NS,   RRType::SOA,
                                 RRType::MX,     RRType::TXT,        RRType::DS,   RRType::DNAME,
                                 RRType::DNSKEY, RRType::NSEC3PARAM, RRType::CNAME};

// kzonesign keeps the zone beside its keys and reads what to do from a configuration of Knot's.
std::filesystem::path sign(const Scratch& scratch, bool nsec3) {
  const auto zone = scratch.write("signing/same.zone", read_text(scenario_zone("same.zone")));
  const auto folder = zone.parent_path();
  const std::string config = "database:\n  storage: \"" + folder.string() +
                             "\"\npolicy:\n  - id: p\n    nsec3: " + (nsec3 ? "on" : "off") +
                             "\n    nsec3-iterations: 0\n    single-type-signing: on\nzone:\n  - domain: same.example\n"
                             "    storage: \"" +
                             folder.string() + "\"\n    file: same.zone\n    dnssec-policy: p\n";
  Process signer({"kzonesign", "-c", scratch.write("signing/knot.conf", config).string(), "same.example"});
  const auto ending = signer.wait();
  INFO(signer.output());
  REQUIRE((ending && ending->exit_code == 0));
  return zone;
}

void compare_signed(bool nsec3) {
  Scratch scratch;
  const auto zone = sign(scratch, nsec3);
  REQUIRE(read_text(zone).find("RRSIG") != std::string::npos);
  auto theirs = start_knot(scratch, {{"same.example", zone}});
  auto ours = start_harbinger(scratch, "same.example:{port} {\n bind 127.0.0.1\n file " + zone.string() + "\n}\n");

  for (const bool dnssec_ok : {true, false}) {
    Wishes wishes;
    wishes.dnssec_ok = dnssec_ok;
    wishes.tcp = true;
    auto questions = each_with_each(kNames, kTypes);
    for (const auto& asked : each_with_each(kNamesWithNsec, {RRType::NSEC})) questions.push_back(asked);
    std::string differences;
    for (const auto& asked : questions) differences += difference(ours.address(), theirs.address(), asked, wishes);
    CHECK(differences == "");
  }
}

TEST_CASE("harbingerd proves and signs with NSEC as Knot does") {
  if (installed({"knotd", "kzonesign"})) compare_signed(false);
}

TEST_CASE("harbingerd proves and signs with NSEC3 as Knot does") {
  if (installed({"knotd", "kzonesign"})) compare_signed(true);
}

}  // namespace
}  // namespace harbinger
