#include <harbinger/edns.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

Result<ClientSubnet> subnet(const std::string& hex) { return ClientSubnet::parse(from_hex(hex)); }

std::string text(OptionCode code, const std::string& hex) {
  const Bytes data = from_hex(hex);
  return to_string(EdnsOption{code, data});
}

}  // namespace

TEST_CASE("options are walked in their order, known or not") {
  const Bytes data = from_hex("0003 0002 6162  fde9 0000  ffff 0001 ff");
  OptionReader reader(data);
  CHECK(reader.next()->code == OptionCode::NSID);
  CHECK(reader.next()->data.empty());
  CHECK(reader.next()->data[0] == 0xff);
  CHECK_FALSE(reader.next());
  CHECK(reader.well_formed());
}

TEST_CASE("an option cut short ends the walk as malformed") {
  for (const char* hex : {"0003", "0003 00", "0003 0001", "0003 ffff 00", "0003 0000 00"}) {
    INFO(hex);
    const Bytes data = from_hex(hex);
    OptionReader reader(data);
    while (reader.next()) {
    }
    CHECK_FALSE(reader.well_formed());
    CHECK_FALSE(reader.next());
  }
}

TEST_CASE("client subnets of both families are read and written alike") {
  for (const char* hex : {"0001 18 00 c00002", "0001 20 00 c0000201", "0001 00 00", "0001 19 18 c0000280",
                          "0002 38 30 20010db8000001", "0002 80 00 20010db8000000000000000000000001", "0002 00 00"}) {
    INFO(hex);
    const auto read = subnet(hex);
    REQUIRE(read);
    Bytes written;
    read->write(written);
    CHECK(written == from_hex(hex));
  }
  CHECK(subnet("0001 18 00 c00002")->address.to_string() == "192.0.2.0");
  CHECK(subnet("0001 18 10 c00002")->scope_bits == 16);
}

TEST_CASE("a client subnet without family and bits stands for no address at all") {
  const auto read = subnet("0000 00 00");
  REQUIRE(read);
  CHECK(read->source_bits == 0);
  CHECK(read->scope_bits == 0);
}

TEST_CASE("client subnets that RFC 7871 forbids are malformed") {
  for (const char* hex : {
           "", "0001 18",                                   // cut short
           "0003 00 00",                                    // unknown family
           "0000 08 00 c0", "0000 00 01", "0000 00 00 00",  // no family, but an address
           "0001 21 00 c000020100",                         // more bits than IPv4 has
           "0001 18 21 c00002",                             // scope likewise
           "0002 81 00 20010db800000000000000000000000100",
           "0001 18 00 c000",                      // octets missing
           "0001 18 00 c0000200",                  // octets to spare
           "0001 00 00 00",                        // likewise
           "0001 17 00 c00003",                    // a bit set beyond the prefix
           "0002 60 00 00000000000000000000ffff",  // IPv4 dressed as IPv6
       }) {
    INFO(hex);
    CHECK(subnet(hex).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("an address is cut to its prefix when a subnet is written") {
  Bytes written;
  ClientSubnet{IpAddress::parse("192.0.2.255").value(), 20, 0}.write(written);
  CHECK(written == from_hex("0001 14 00 c00000"));
}

TEST_CASE("a cookie has 8 octets of the client and none or 8 to 32 of the server") {
  for (std::size_t size = 0; size <= 48; ++size) {
    INFO(size);
    const Bytes data(size, 1);
    const auto cookie = Cookie::parse(data);
    CHECK(cookie.has_value() == (size == 8 || (size >= 16 && size <= 40)));
    if (cookie) CHECK(cookie->client.size() + cookie->server.size() == size);
  }
}

TEST_CASE("an extended error has a code and perhaps a text") {
  const Bytes data = join({from_hex("0003"), octets("upstream silent")});
  CHECK(ExtendedError::parse(data)->code == EdeCode::stale_answer);
  CHECK(ExtendedError::parse(data)->text == "upstream silent");
  const Bytes ended = join({data, {0}});
  CHECK(ExtendedError::parse(ended)->text == "upstream silent");
  CHECK_FALSE(ExtendedError::parse(from_hex("03")));
}

TEST_CASE("options print for people") {
  CHECK(text(OptionCode::EDE, "0003 7570") == "EDE: 3 (stale answer): \"up\"");
  CHECK(text(OptionCode::EDE, "0016") == "EDE: 22 (no reachable authority)");
  CHECK(text(OptionCode::EDE, "c0a2") == "EDE: 49314 (mirrored)");
  CHECK(text(OptionCode::EDE, "7fff") == "EDE: 32767");
  CHECK(text(OptionCode::EDE, "00") == "EDE: 00");
  CHECK(text(OptionCode::EDE, "0000 220a") == "EDE: 0 (other): \"\\\"\\010\"");
  CHECK(text(OptionCode::ECS, "0001 18 00 c00002") == "ECS: 192.0.2.0/24/0");
  CHECK(text(OptionCode::ECS, "0001 18") == "ECS: 000118");
  CHECK(text(OptionCode::COOKIE, "0102030405060708") == "COOKIE: 0102030405060708");
  CHECK(text(OptionCode::COOKIE, "0102030405060708 a1a2a3a4a5a6a7a8") == "COOKIE: 0102030405060708 a1a2a3a4a5a6a7a8");
  CHECK(text(OptionCode::COOKIE, "01") == "COOKIE: 01");
  CHECK(text(OptionCode::NSID, "6e73ff") == "NSID: 6e73ff \"ns\\255\"");
  CHECK(text(OptionCode::NSID, "") == "NSID:");
  CHECK(text(OptionCode::KEEPALIVE, "0079") == "KEEPALIVE: 12.1 s");
  CHECK(text(OptionCode::KEEPALIVE, "") == "KEEPALIVE:");
  CHECK(text(OptionCode::PADDING, "000000") == "PADDING: 3 octets");
  CHECK(text(OptionCode::PERSONA, "01ab") == "65313: 01ab");
}

TEST_CASE("a client profile tag is told of, and not shown") {
  const std::string tag = "5k2mx8q0v7n3r9tbwd4hyzje";
  const Bytes data(tag.begin(), tag.end());
  CHECK(to_string(EdnsOption{OptionCode::CPT, data}) == "CPT: cpt-*");
  CHECK(to_string(EdnsOption{OptionCode::CPT, std::span(data).first(23)}) == "CPT: 23 octets, which are no tag");
  CHECK(text(OptionCode::CPT, "") == "CPT:");
}

TEST_CASE("hints print as what they say, and as octets when that cannot be read") {
  CHECK(text(OptionCode::HINTS, "") == "HINTS:");
  CHECK(text(OptionCode::HINTS, "01 0c 02 32") == "HINTS: asks for at most 2, from 50 %, fast");
  CHECK(text(OptionCode::HINTS, "81 06 00 80 00 00 01 61 06 00 33 00 00 01 62") == "HINTS: a 50 %; b 20 %");
  const Bytes beside = from_hex("81 08 00 cc 00 0c 03 696d67");
  CHECK(to_string(EdnsOption{OptionCode::HINTS, beside}, "www.Example.org.") == "HINTS: img.example.org 80 %");
  CHECK(to_string(EdnsOption{OptionCode::HINTS, beside}) == "HINTS: 810800cc000c03696d67");
  CHECK(text(OptionCode::HINTS, "02 00") == "HINTS: 0200");
}
