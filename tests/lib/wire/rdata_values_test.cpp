#include <harbinger/rr.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

TEST_CASE("the target of a record is the name that its data leads to") {
  const auto target = [](RRType type, std::string_view text) {
    return target_of(type, rdata_from_text(type, text).value());
  };
  for (const RRType type : {RRType::NS, RRType::CNAME, RRType::PTR, RRType::DNAME})
    CHECK(target(type, "a.b.") == name("a.b"));
  CHECK(target(RRType::MX, "10 a.b.") == name("a.b"));
  CHECK(target(RRType::SRV, "1 2 3 a.b.") == name("a.b"));
  CHECK(target(RRType::SVCB, "1 a.b. port=53") == name("a.b"));
  CHECK(target(RRType::HTTPS, "0 a.b.") == name("a.b"));
  CHECK_FALSE(target(RRType::TXT, "a.b."));
  CHECK_FALSE(target_of(RRType::MX, from_hex("00")));
  CHECK_FALSE(target_of(RRType::NS, from_hex("c000")));
  CHECK_FALSE(target_of(RRType::SRV, {}));
}

TEST_CASE("SOA fields come out of data and go back into it") {
  const Bytes rdata = rdata_from_text(RRType::SOA, "ns.example. master.example. 4294967295 2 3 4 5").value();
  const Soa soa = Soa::from_rdata(rdata).value();
  CHECK(soa.primary == name("ns.example"));
  CHECK(soa.mailbox == name("master.example"));
  CHECK(soa.serial == 4294967295);
  CHECK(soa.minimum == 5);
  CHECK(soa.to_rdata() == rdata);
  for (std::size_t size = 0; size < rdata.size(); ++size) CHECK_FALSE(Soa::from_rdata(std::span(rdata).first(size)));
  Bytes longer = rdata;
  longer.push_back(0);
  CHECK_FALSE(Soa::from_rdata(longer));
}

TEST_CASE("a text becomes strings of at most 255 octets") {
  CHECK(txt_rdata("") == Bytes{0});
  CHECK(txt_rdata("ab") == from_hex("02 6162"));
  CHECK(txt_rdata(std::string(255, 'a')).size() == 256);
  CHECK(txt_rdata(std::string(256, 'a')).size() == 258);
  CHECK(check_rdata(RRType::TXT, txt_rdata(std::string(100000, 'a'))));
}
