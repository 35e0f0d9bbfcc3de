#include <harbinger/hints.h>
#include <harbinger/rr.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

Bytes target(std::string_view text) {
  const Name target_name = name(text);
  return {target_name.wire().begin(), target_name.wire().end()};
}

Result<Rdata> svcb(std::string_view text) { return rdata_from_text(RRType::SVCB, text); }

bool accepts(std::string_view params_hex) {
  return check_rdata(RRType::SVCB, join({from_hex("0001 00"), from_hex(params_hex)})).has_value();
}

}  // namespace

TEST_CASE("service parameters are written as in the vectors of RFC 9460") {
  const Bytes foo = target("foo.example.com"), foo_org = target("foo.example.org");
  CHECK(svcb("0 foo.example.com.").value() == join({from_hex("0000"), foo}));
  CHECK(svcb("1 .").value() == from_hex("0001 00"));
  CHECK(svcb("16 foo.example.com. port=53").value() == join({from_hex("0010"), foo, from_hex("0003 0002 0035")}));
  CHECK(svcb("1 foo.example.com. key667=hello").value() ==
        join({from_hex("0001"), foo, from_hex("029b 0005"), octets("hello")}));
  CHECK(svcb("1 foo.example.com. key667=\"hello\\210qoo\"").value() ==
        join({from_hex("0001"), foo, from_hex("029b 0009 68656c6c6f d2 716f6f")}));
  CHECK(svcb("1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\"").value() ==
        join({from_hex("0001"), foo,
              from_hex("0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001")}));
  CHECK(svcb("16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1").value() ==
        join({from_hex("0010"), foo_org,
              from_hex("0000 0004 0001 0004  0001 0009 026832 0568332d3139  0004 0004 c0000201")}));
}

TEST_CASE("a comma inside an ALPN identifier is escaped twice") {
  const Bytes wire =
      join({from_hex("0010"), target("foo.example.org"), from_hex("0001 000c 08 665c6f6f2c626172 026832")});
  CHECK(svcb("16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"").value() == wire);
  CHECK(svcb("16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2").value() == wire);
  CHECK(rdata_to_text(RRType::SVCB, wire) == "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"");
}

TEST_CASE("every key comes back from text") {
  const char* text =
      "1 . mandatory=\"alpn,port\" alpn=\"h2,h3\" no-default-alpn port=\"8443\" ipv4hint=\"192.0.2.1,192.0.2.2\" "
      "ech=\"AQID\" "
      "ipv6hint=\"2001:db8::1\" dohpath=\"/dns-query{?dns}\" key65314=\"\\001\\002\" key65333";
  CHECK(rdata_to_text(RRType::HTTPS, rdata_from_text(RRType::HTTPS, text).value()) == text);
}

TEST_CASE("hints lie in a service parameter, and their octets come back from text") {
  const Hint hint{.resource = "img.example.org", .confidence = 1};
  Bytes value(64);
  value.resize(write_hints({&hint, 1}, "www.example.org", value));
  const Bytes head = from_hex("0001 00"), key = from_hex("ff22 000a");
  REQUIRE(value.size() == 10);
  const Bytes wire = join({head, key, value});
  const auto text = rdata_to_text(RRType::HTTPS, wire);
  CHECK(text == "1 . key65314=\"\\129\\008\\000\\255\\000\\012\\003img\"");
  const auto back = rdata_from_text(RRType::HTTPS, text).value();
  CHECK(back == wire);
  HintReader reader{std::span(back).subspan(head.size() + key.size()), "WWW.example.org."};
  CHECK(reader.next()->resource == "img.example.org");
}

TEST_CASE("a value in quotes may come as a word of its own") {
  const std::vector<Word> words = {{"1"}, {"."}, {"alpn="}, {"h2,h3", true}, {"port=53"}};
  CHECK(rdata_to_text(RRType::SVCB, rdata_from_words(RRType::SVCB, words, Name()).value()) ==
        "1 . alpn=\"h2,h3\" port=\"53\"");
}

TEST_CASE("parameters in text that RFC 9460 forbids are refused") {
  for (const char* params : {
           "key123=abc key123=def",
           "mandatory",
           "alpn",
           "port",
           "ipv4hint",
           "ipv6hint",
           "no-default-alpn=abc",
           "mandatory=key123",
           "mandatory=mandatory",
           "mandatory=key123,key123 key123=abc",
           "port=65536",
           "port=x",
           "alpn=",
           "alpn=a,,b",
           "alpn=h2,",
           "ipv4hint=2001:db8::1",
           "ipv6hint=192.0.2.1",
           "ech=%",
           "ech=",
           "bogus=1",
           "key=1",
           "key0667=x",
           "key65536=x",
           "dohpath=",
           "no-default-alpn",
           "\"alpn=h2\"",
           "key667=\\25",
       }) {
    INFO(params);
    CHECK_FALSE(svcb(std::string("1 foo.example.com. ") + params));
  }
}

TEST_CASE("parameters on the wire must rise and fit their keys") {
  CHECK(accepts(""));
  CHECK(accepts("0001 0003 026832"));
  CHECK(accepts("029b 0000"));
  CHECK(accepts("0000 0002 0003  0003 0002 0035"));
  const char* refused[] = {
      "0001 0003 026832 0001 0003 026832",  // twice
      "0003 0002 0035 0001 0003 026832",    // falling
      "0001 0004 026832",                   // longer than the data
      "0001 00",
      "0001",  // cut short
      "0001 0000",
      "0001 0001 00",                   // no identifier, an empty one
      "0001 0002 0268",                 // an identifier cut short
      "0002 0000",                      // no-default-alpn without alpn
      "0001 0003 026832 0002 0001 00",  // no-default-alpn with a value
      "0003 0001 35",
      "0003 0003 003500",  // port of another size
      "0004 0000",
      "0004 0005 c000020101",  // IPv4 hints of odd size
      "0006 0004 c0000201",    // IPv6 hints of odd size
      "0000 0000",
      "0000 0001 00",                                         // mandatory of odd size
      "0000 0002 0003",                                       // mandatory, but not there
      "0000 0002 0000",                                       // mandatory itself
      "0000 0004 0003 0003 0003 0002 0035",                   // the same key twice
      "0000 0004 0003 0001 0001 0003 026832 0003 0002 0035",  // falling keys
      "0005 0000",
      "0007 0000",
  };
  for (const char* params : refused) {
    INFO(params);
    CHECK_FALSE(accepts(params));
  }
}

TEST_CASE("service parameters up to the longest data are read without wrapping around") {
  // 65512 octets were enough to overflow 16-bit sums elsewhere (CVE-2026-12244).
  for (std::size_t size : {65505u, 65508u, 65512u, 65526u, 65528u}) {
    const auto low = static_cast<std::uint8_t>(size), high = static_cast<std::uint8_t>(size >> 8);
    Bytes rdata = join({from_hex("0001 00 029b"), {high, low}, Bytes(size, 'x')});
    REQUIRE(rdata.size() <= 65535);
    CHECK(check_rdata(RRType::SVCB, rdata));
    CHECK(rdata_from_text(RRType::SVCB, rdata_to_text(RRType::SVCB, rdata)).value() == rdata);
    rdata.pop_back();
    CHECK_FALSE(check_rdata(RRType::SVCB, rdata));
    rdata.resize(7 + size + 1, 'x');
    CHECK_FALSE(check_rdata(RRType::SVCB, rdata));
  }
  CHECK_FALSE(accepts("029b ffff 00"));
  CHECK_FALSE(check_rdata(RRType::TXT, Bytes(65536, 0)));
}
