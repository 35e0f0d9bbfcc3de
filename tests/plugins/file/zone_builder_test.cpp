#include "plugins/file/zone_builder.h"

#include "tests/plugins/file/zone_talk.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {
const std::string kHead = "$TTL 300\n@ SOA ns admin 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";
}

TEST_CASE("a zone without a SOA is an error") {
  CHECK(errors_in("a 1 A 192.0.2.1\n") == "text: zone example.org. has no SOA record at its own name\n");
  CHECK(errors_in("") == "text: zone example.org. has no SOA record at its own name\n");
}

TEST_CASE("a second SOA is an error, the same one again is not") {
  CHECK(errors_in(kHead + "@ SOA ns admin 2 2 3 4 5\n") ==
        "text:5:1: example.org.: has a SOA already; there can be only one\n");
  CHECK(errors_in(kHead + "@ SOA ns admin 1 2 3 4 5\n") == "");
}

TEST_CASE("a SOA elsewhere than at the zone's own name is an error") {
  CHECK(errors_in(kHead + "a SOA ns admin 1 2 3 4 5\n") ==
        "text:5:1: a.example.org.: a SOA belongs to the zone's own name, example.org.\n");
}

TEST_CASE("a zone without NS is worth a warning") {
  CHECK(warnings_in("$TTL 1\n@ SOA ns admin 1 2 3 4 5\n") ==
        "text: zone example.org. has no NS records at its own name\n");
  CHECK(warnings_in(kHead) == "");
}

TEST_CASE("records outside of the zone are errors") {
  CHECK(errors_in(kHead + "example.net. A 192.0.2.1\nxexample.org. A 192.0.2.1\norg. A 192.0.2.1\n") ==
        "text:5:1: example.net. is outside of the zone example.org.\n"
        "text:6:1: xexample.org. is outside of the zone example.org.\n"
        "text:7:1: org. is outside of the zone example.org.\n");
}

TEST_CASE("a CNAME beside other data is an error, whichever comes first") {
  CHECK(errors_in(kHead + "a CNAME b\na A 192.0.2.1\n") ==
        "text:6:1: a.example.org.: has a CNAME, so it cannot have a A record too\n");
  CHECK(errors_in(kHead + "a A 192.0.2.1\nA CNAME b\n") ==
        "text:6:1: A.example.org.: has A records, so it cannot have a CNAME\n");
  CHECK(errors_in(kHead + "a CNAME b\na CNAME c\n") ==
        "text:6:1: a.example.org.: has a CNAME already; there can be only one\n");
  CHECK(errors_in(kHead + "@ CNAME b\n") ==
        "text:5:1: example.org.: the zone's own name has a SOA, so it cannot have a CNAME\n");
  CHECK(errors_in(kHead + "a CNAME b\na NSEC b.example.org. CNAME\n") == "");
}

TEST_CASE("two DNAMEs, and a DNAME beside a delegation, are errors") {
  CHECK(errors_in(kHead + "a DNAME b\na DNAME c\n") ==
        "text:6:1: a.example.org.: has a DNAME already; there can be only one\n");
  CHECK(errors_in(kHead + "a DNAME b\na NS c\n") ==
        "text:6:1: a.example.org.: NS and DNAME exclude each other below the zone's own name\n");
  CHECK(errors_in(kHead + "@ DNAME b.example.net.\n") == "");
}

TEST_CASE("duplicates are ignored") {
  const auto zone = zone_with("a A 192.0.2.1\nA A 192.0.2.1\na A 192.0.2.2\n");
  CHECK(zone->counts().records == 4);
  CHECK(zone->counts().names == 2);
}

TEST_CASE("different TTLs in one record set become the first one, with a warning") {
  CHECK(warnings_in(kHead + "a 5 A 192.0.2.1\na 6 A 192.0.2.2\n") ==
        "text:6:1: a.example.org.: A records with different TTLs; all get 5\n");
}

TEST_CASE("a record set that no message can carry is an error") {
  CHECK(errors_in(kHead + "$GENERATE 0-9999 a TXT \"this is text number $\"\n") != "");
  CHECK_THAT(errors_in(kHead + "$GENERATE 0-9999 a TXT \"this is text number $\"\n"),
             Catch::Contains("a.example.org.: more TXT records than a message can carry"));
}

TEST_CASE("a name server inside of what it serves needs an address") {
  CHECK(warnings_in(kHead + "sub NS ns.sub\nsub NS ns\nother NS ns.sub\n") ==
        "text: the name server ns.sub.example.org. of sub.example.org. has no address here\n");
  CHECK(warnings_in(kHead + "sub NS ns.sub\nns.sub AAAA 2001:db8::1\n") == "");
}

TEST_CASE("a big zone takes less than 100 octets a name above nothing") {
  const auto zone = zone_with("$GENERATE 0-99999 host${0,6} A 192.0.2.1\n");
  CHECK(zone->counts().names == 100'001);
  CHECK(zone->memory() / zone->counts().names < 100);
}

TEST_CASE("every name of a big zone is found again") {
  const auto zone = zone_with("$GENERATE 0-49999 h$.a A 192.0.2.1\n");
  for (int i = 0; i < 50'000; ++i) {
    const Name name = *Name::parse("H" + std::to_string(i) + ".A.Example.ORG.");
    REQUIRE(zone->find(zone->key_of(name)).node);
  }
  CHECK_FALSE(zone->find(zone->key_of(*Name::parse("h50000.a.example.org."))).node);
}
