#include "wire/base_codecs.h"

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

template <class Append>
std::string encoded(Append append, std::string_view text) {
  std::string out;
  append(out, octets(text));
  return out;
}

}  // namespace

TEST_CASE("letters are those of RFC 4648 section 10") {
  CHECK(encoded(wire::append_base64, "") == "");
  CHECK(encoded(wire::append_base64, "f") == "Zg==");
  CHECK(encoded(wire::append_base64, "fo") == "Zm8=");
  CHECK(encoded(wire::append_base64, "foobar") == "Zm9vYmFy");
  CHECK(encoded(wire::append_base32hex, "f") == "CO");
  CHECK(encoded(wire::append_base32hex, "foob") == "CPNMUOG");
  CHECK(encoded(wire::append_base32hex, "foobar") == "CPNMUOJ1E8");
  CHECK(encoded(wire::append_hex, "foobar") == "666F6F626172");
}

TEST_CASE("octets of any number come back") {
  Bytes all;
  for (int size = 0; size < 40; ++size) {
    std::string hex, base32, base64;
    wire::append_hex(hex, all);
    wire::append_base32hex(base32, all);
    wire::append_base64(base64, all);
    CHECK(wire::decode_hex(hex) == all);
    CHECK(wire::decode_base32hex(base32) == all);
    CHECK(wire::decode_base64(base64) == all);
    all.push_back(static_cast<std::uint8_t>(size * 37 + 5));
  }
  CHECK(wire::decode_hex("aBcD") == from_hex("abcd"));
  CHECK(wire::decode_base32hex("cpnmuoj1e8") == octets("foobar"));
}

TEST_CASE("letters that no octets have are refused") {
  for (const char* text : {"0", "0g", "0x00", "00 "}) CHECK_FALSE(wire::decode_hex(text));
  for (const char* text : {"A", "AA", "AA=", "A===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v\n", "Z-9v"}) {
    INFO(text);
    CHECK_FALSE(wire::decode_base64(text));
  }
  for (const char* text : {"C", "CPN", "CPNMUO", "CP=", "CW", "CP"}) {
    INFO(text);
    CHECK_FALSE(wire::decode_base32hex(text));
  }
}
