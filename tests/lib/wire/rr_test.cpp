#include <harbinger/rr.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;

TEST_CASE("types have mnemonics or numbers, read without case") {
  CHECK(to_string(RRType::NSEC3PARAM) == "NSEC3PARAM");
  CHECK(to_string(static_cast<RRType>(731)) == "TYPE731");
  CHECK(parse_type("https") == RRType::HTTPS);
  CHECK(parse_type("type28") == RRType::AAAA);
  CHECK(parse_type("TYPE65535") == static_cast<RRType>(65535));
  for (const char* text : {"", "TYPE", "TYPE65536", "TYPE1x", "TYPE-1", "AA", "A "}) CHECK_FALSE(parse_type(text));
}

TEST_CASE("every type below 300 survives the way through text") {
  for (std::uint16_t number = 0; number < 300; ++number) {
    const auto type = static_cast<RRType>(number);
    CHECK(parse_type(to_string(type)) == type);
  }
}

TEST_CASE("classes and codes have mnemonics or numbers") {
  CHECK(to_string(RRClass::CH) == "CH");
  CHECK(to_string(static_cast<RRClass>(9)) == "CLASS9");
  CHECK(parse_class("class1") == RRClass::IN);
  CHECK(parse_class("in") == RRClass::IN);
  CHECK_FALSE(parse_class("internet"));
  CHECK(to_string(Rcode::NXDOMAIN) == "NXDOMAIN");
  CHECK(to_string(static_cast<Rcode>(3000)) == "RCODE3000");
  CHECK(parse_rcode("servfail") == Rcode::SERVFAIL);
  CHECK(parse_rcode("BADCOOKIE") == Rcode::BADCOOKIE);
  CHECK_FALSE(parse_rcode("RCODE4096"));
  CHECK(to_string(Opcode::UPDATE) == "UPDATE");
  CHECK(to_string(static_cast<Opcode>(9)) == "OPCODE9");
}
