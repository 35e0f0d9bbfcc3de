#include <harbinger/records.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;
using namespace std::chrono_literals;

TEST_CASE("records made in code print as in a zone file") {
  const Name owner = name("example.org");
  const IpAddress v4 = IpAddress::parse("192.0.2.1").value(), v6 = IpAddress::parse("2001:db8::1").value();
  CHECK(a(owner, 60s, v4).to_string() == "example.org. 60 IN A 192.0.2.1");
  CHECK(aaaa(owner, 60s, v6).to_string() == "example.org. 60 IN AAAA 2001:db8::1");
  CHECK(aaaa(owner, 60s, v4).to_string() == "example.org. 60 IN AAAA ::ffff:192.0.2.1");
  CHECK(address_record(owner, 60s, v4).type == RRType::A);
  CHECK(address_record(owner, 60s, v6).type == RRType::AAAA);
  CHECK(cname(owner, 60s, name("a.b")).to_string() == "example.org. 60 IN CNAME a.b.");
  CHECK(ptr(owner, 60s, name("a.b")).to_string() == "example.org. 60 IN PTR a.b.");
  CHECK(txt(owner, 60s, "hello you").to_string() == "example.org. 60 IN TXT \"hello you\"");
  CHECK(soa(owner, 60s, {name("ns"), name("master"), 1, 2, 3, 4, 5}).to_string() ==
        "example.org. 60 IN SOA ns. master. 1 2 3 4 5");
}

TEST_CASE("TTLs are cut to what a record can say") {
  CHECK(txt(Name(), -5s, "").ttl == 0);
  CHECK(txt(Name(), 24h * 365 * 1000, "").ttl == 0x7fffffff);
}
