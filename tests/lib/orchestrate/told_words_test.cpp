#include "orchestrate/told_words.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::orchestrate;
using Catch::Matchers::Contains;

TEST_CASE("a user's key is told as sixteen digits, and read back from exactly these") {
  CHECK(key_text(0xabcULL) == "0000000000000abc");
  for (const ActorKey key : {1ULL, 0xabcULL, ~0ULL}) CHECK(parse_key(key_text(key)) == key);
  CHECK(parse_key("0000000000000ABC") == 0xabcULL);
  CHECK(parse_key("u0000000000000abc") == 0xabcULL);  // as reasons call him
  for (const auto* text : {"", "abc", "0000000000000abg", "0x00000000000abc", "-000000000000abc", " 000000000000abc",
                           "00000000000000abc", "0000000000000000"})
    CHECK_FALSE(parse_key(text));
}

TEST_CASE("labels are an attribute and one of its values, and an empty value takes one back") {
  const auto said = read_label("skill", "expert");
  REQUIRE(said);
  CHECK(said->attribute == Attribute::skill);
  CHECK(said->value == std::uint8_t{2});
  CHECK_FALSE(read_label("security", "").value().value);
  CHECK(read_label("colour", "red").error().message ==
        "there is no attribute \"colour\"; there are skill, use-case, sensitivity, security");
  CHECK(read_label("use-case", "holiday").error().message ==
        "use-case is never \"holiday\"; its values are development, testing, production");
}

TEST_CASE("where a resource is reached is told with ports, both families alike") {
  const std::vector<provision::Reach> all{
      {{IpAddress::parse("192.0.2.7").value(), IpAddress::parse("2001:db8::7").value()}, 8080}, {{}, 443}};
  CHECK(addresses_of(all) == std::vector<std::string>{"192.0.2.7:8080", "[2001:db8::7]:8080"});
}

TEST_CASE("a claim needs a kind, printable words and a count that makes sense") {
  CHECK(checked_need({.kind = "machine", .machine = "small", .count = 1000}));
  CHECK_THAT(checked_need({}).error().message, Contains("which kind"));
  CHECK_THAT(checked_need({.kind = "machine", .count = 0}).error().message, Contains("1 to 1000"));
  CHECK_FALSE(checked_need({.kind = "machine", .count = 1001}));
  CHECK_FALSE(checked_need({.kind = std::string(128, 'm')}));
  CHECK_FALSE(checked_need({.kind = "machine", .image = "a\nb"}));
}
