#include <harbinger/name.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

TEST_CASE("the last dot may be left out") {
  CHECK(name("example.org").identical(name("example.org.")));
  CHECK(name(".").is_root());
}

TEST_CASE("a relative text is completed by the origin") {
  const Name origin = name("example.org");
  CHECK(Name::parse("www", origin).value() == name("www.example.org"));
  CHECK(Name::parse("www.", origin).value() == name("www"));
  CHECK(Name::parse("@", origin).value() == origin);
  CHECK(Name::parse("www\\.", origin).value().to_string() == "www\\..example.org.");
}

TEST_CASE("escapes name any octet and come back in their shortest safe form") {
  CHECK(name("a\\.b.org").to_string() == "a\\.b.org.");
  CHECK(name("a\\046b.org") == name("a\\.b.org"));
  CHECK(name("\\000\\255\\032.org").to_string() == "\\000\\255\\032.org.");
  CHECK(name("\\\"\\(\\)\\;\\@\\$\\\\").to_string() == "\\\"\\(\\)\\;\\@\\$\\\\.");
  CHECK(name("\\a").to_string() == "a.");
}

TEST_CASE("every octet survives the way through text") {
  for (int octet = 0; octet < 256; ++octet) {
    const char label[] = {'x', static_cast<char>(octet), 'y'};
    const Name original = Name().child({label, 3}).value();
    CHECK(Name::parse(original.to_string()).value().identical(original));
  }
}

TEST_CASE("malformed names say what is wrong") {
  const auto message = [](std::string_view text) { return Name::parse(text).error().message; };
  CHECK(message("") == "a name must not be empty; the root is written '.'");
  CHECK(message("a..b") == "name 'a..b' has an empty label");
  CHECK(message(".a") == "name '.a' has an empty label");
  CHECK(message("..") == "name '..' has an empty label");
  CHECK(message("a\\25") == "name 'a\\25' has a bad escape; write \\. or \\046 (three digits up to 255)");
  CHECK(message("a\\256") == "name 'a\\256' has a bad escape; write \\. or \\046 (three digits up to 255)");
  CHECK(message("a\\") == "name 'a\\' has a bad escape; write \\. or \\046 (three digits up to 255)");
  CHECK(message(std::string(64, 'a')) == "name '" + std::string(64, 'a') + "' has a label longer than 63 octets");
}

TEST_CASE("a text of more than 255 octets is refused, also when the origin is to blame") {
  const std::string label = std::string(63, 'a') + ".";
  const std::string longest = label + label + label + std::string(61, 'a');
  CHECK(name(longest).size() == 255);
  CHECK(Name::parse(longest + "a").error().code == ErrorCode::too_large);
  CHECK(Name::parse(longest, name("org")).error().code == ErrorCode::too_large);
  CHECK(Name::parse(std::string(100000, 'a')).error().message.size() < 200);
  CHECK(Name::parse("www", name(longest)).error().code == ErrorCode::too_large);
}
