// Record data on its way through text and wire form, for every type with a row.
#include <harbinger/rr.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

struct Sample {
  const char* type;
  const char* text;       // what we print
  const char* alternate;  // another way to write the same, or null
};

// Relative names are relative to example.org.
constexpr Sample kSamples[] = {
    {"A", "192.0.2.1", nullptr},
    {"AAAA", "2001:db8::1", "2001:0DB8:0::1"},
    {"AAAA", "::ffff:192.0.2.1", nullptr},
    {"NS", "ns1.example.org.", "ns1"},
    {"CNAME", "example.org.", "@"},
    {"DNAME", "example.net.", nullptr},
    {"PTR", "a\\.b.example.org.", "a\\046b"},
    {"MB", "mail.example.org.", "mail"},
    {"MINFO", "a.example.org. b.example.org.", "a b"},
    {"SOA", "ns1.example.org. host\\.master.example.org. 2024010101 7200 3600 1209600 300",
     "ns1 host\\.master ( 2024010101 2h 1h 2w 5m ) ; comment"},
    {"MX", "10 mail.example.org.", "10 mail"},
    {"MX", "0 .", nullptr},
    {"TXT", "\"v=spf1 -all\"", "v=spf1\\032-all"},
    {"TXT", "\"one\" \"\" \"thr\\\"e\\\\e\" \"\\000\\255;\"", nullptr},
    {"SPF", "\"v=spf1\"", "v=spf1"},
    {"HINFO", "\"AMD64\" \"Linux 6\"", "AMD64 \"Linux 6\""},
    {"SRV", "0 5 5060 sip.example.org.", "0 5 5060 sip"},
    {"NAPTR", "100 50 \"s\" \"http+I2L\" \"!^.*$!x!\" _http.example.org.", "100 50 s http+I2L !^.*$!x! _http"},
    {"RP", "a.example.org. b.example.org.", "a b"},
    {"AFSDB", "1 a.example.org.", "1 a"},
    {"KX", "1 a.example.org.", "1 a"},
    {"PX", "1 a.example.org. b.example.org.", "1 a b"},
    {"CAA", "0 issue \"ca.example.net; account=230123\"", nullptr},
    {"CAA", "128 iodef \"\"", nullptr},
    {"DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
     "60485 RSASHA1 1 ( 2bb183af5f22588179a53b0a 98631fad1a292118 )"},
    {"CDS", "0 0 0 00", nullptr},
    {"DNSKEY",
     "256 3 5 "
     "AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6"
     "zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==",
     "256 3 RSASHA1 ( AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no "
     "kfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQe"
     "ogmMHfpftf6z Mv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1U aNvv4w== )"},
    {"CDNSKEY", "0 3 0 AA==", nullptr},
    {"RRSIG", "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip",
     "A RSASHA1 3 86400 1048354263 20030220173103 2642 example.com. oJB1W6WNGv+l dvQ3WDG0MQkg5IEhjRip"},
    {"NSEC", "host.example.com. A MX RRSIG NSEC TYPE1234", "host.example.com. TYPE1234 NSEC RRSIG MX A A"},
    {"NSEC", "host.example.com.", nullptr},
    {"NSEC3", "1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX DNSKEY NS SOA NSEC3PARAM RRSIG", nullptr},
    {"NSEC3", "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
    {"NSEC3PARAM", "1 0 12 AABBCCDD", "1 0 12 aabbccdd"},
    {"NSEC3PARAM", "1 0 0 -", nullptr},
    {"CSYNC", "66 3 A NS AAAA", nullptr},
    {"ZONEMD", "2018031500 1 1 FEBE3D4CE2EC2FFA", "2018031500 1 1 febe3d4c e2ec2ffa"},
    {"TLSA", "0 0 1 D2ABDE240D7CD3EE", "0 0 1 d2abde24 0d7cd3ee"},
    {"SMIMEA", "3 1 1 AB", nullptr},
    {"SSHFP", "2 1 123456789ABCDEF67890", "2 1 123456789abcdef67890"},
    {"OPENPGPKEY", "AQID", nullptr},
    {"URI", "10 1 \"https://example.org/\"", nullptr},
    {"SVCB", "0 foo.example.com.", nullptr},
    {"HTTPS", "1 . alpn=\"h2,h3\" port=\"8443\"", "1 . port=8443 alpn=h2,h3"},
    {"TYPE731", "\\# 6 ABCDEF012345", "\\# 6 abcd ef 01 23 45"},
    {"TYPE731", "\\# 0", nullptr},
};

}  // namespace

TEST_CASE("every type comes back from wire form as it was written") {
  for (const Sample& sample : kSamples) {
    INFO(sample.type << ' ' << sample.text);
    const RRType type = parse_type(sample.type).value();
    const auto rdata = rdata_from_text(type, sample.text, name("example.org"));
    REQUIRE(rdata);
    CHECK(check_rdata(type, *rdata));
    const std::string printed = rdata_to_text(type, *rdata);
    CHECK(rdata_from_text(type, printed, name("elsewhere")).value() == *rdata);
    // Bitmaps are printed in rising order, so one sample comes back sorted.
    if (std::string_view(sample.text).find("MX DNSKEY") == std::string_view::npos) CHECK(printed == sample.text);
    if (sample.alternate) CHECK(rdata_from_text(type, sample.alternate, name("example.org")).value() == *rdata);
  }
}

TEST_CASE("every type takes the generic form of RFC 3597 and checks it") {
  for (const Sample& sample : kSamples) {
    INFO(sample.type << ' ' << sample.text);
    const RRType type = parse_type(sample.type).value();
    const Bytes rdata = rdata_from_text(type, sample.text, name("example.org")).value();
    const std::string generic = rdata_to_text(static_cast<RRType>(731), rdata);
    CHECK(rdata_from_text(type, generic).value() == rdata);
    // One octet less is either refused or still a value of its own, such as a shorter text; it never is the same.
    const Bytes shorter(rdata.begin(), rdata.end() - (rdata.empty() ? 0 : 1));
    const auto cut = rdata_from_text(type, rdata_to_text(static_cast<RRType>(731), shorter));
    if (cut && !rdata.empty()) CHECK(*cut != rdata);
  }
  CHECK_FALSE(rdata_from_text(RRType::A, "\\# 3 010203"));
  CHECK_FALSE(rdata_from_text(RRType::A, "\\# 4 010203"));
  CHECK_FALSE(rdata_from_text(RRType::A, "\\# 4 0102030"));
  CHECK_FALSE(rdata_from_text(RRType::A, "\\# four 01020304"));
  CHECK_FALSE(rdata_from_text(RRType::A, "\\#"));
  CHECK_FALSE(rdata_from_text(static_cast<RRType>(731), "\\# 65536 00"));
}

TEST_CASE("data that does not follow its type prints in the generic form") {
  CHECK(rdata_to_text(RRType::A, from_hex("0102")) == "\\# 2 0102");
  CHECK(rdata_to_text(RRType::NSEC, {}) == "\\# 0");
}

TEST_CASE("wire forms are those of the RFCs") {
  const auto wire_of = [](RRType type, std::string_view text) { return rdata_from_text(type, text).value(); };
  // RFC 4034 sec. 4.3, RFC 3597 sec. 5, RFC 5155 app. B, RFC 9460 app. D.
  CHECK(wire_of(RRType::NSEC, "host.example.com. A MX RRSIG NSEC TYPE1234") ==
        join({from_hex("04"), octets("host"), from_hex("07"), octets("example"), from_hex("03"), octets("com"),
              from_hex("00 0006 400100000003 041b 000000000000000000000000000000000000000000000000000020")}));
  CHECK(wire_of(RRType::NSEC3PARAM, "1 0 12 aabbccdd") == from_hex("01 00 000c 04 aabbccdd"));
  CHECK(wire_of(RRType::TXT, "a \"b c\"") == from_hex("01 61 03 622063"));
  CHECK(wire_of(RRType::CAA, "0 issue \"\"") == join({from_hex("00 05"), octets("issue")}));
  CHECK(wire_of(RRType::SRV, "1 2 3 a.") == from_hex("0001 0002 0003 01 61 00"));
}

TEST_CASE("words that do not fit say where and what would be right") {
  const auto error = [](RRType type, std::string_view text) {
    const auto result = rdata_from_text(type, text, name("example.org"));
    return result ? std::string("accepted") : result.error().to_string();
  };
  CHECK(error(RRType::A, "192.0.2") == "1:1: A: wanted an IPv4 address such as 192.0.2.1 but found '192.0.2'");
  CHECK(error(RRType::A, "") == "A: wanted an IPv4 address such as 192.0.2.1");
  CHECK(error(RRType::A, "192.0.2.1 192.0.2.2") == "1:11: A: wanted nothing more but found '192.0.2.2'");
  CHECK(error(RRType::AAAA, "192.0.2.1") ==
        "1:1: AAAA: wanted an IPv6 address such as 2001:db8::1 but found '192.0.2.1'");
  CHECK(error(RRType::MX, "65536 a") == "1:1: MX: wanted a number from 0 to 65535 but found '65536'");
  CHECK(error(RRType::MX, "10") == "1:1: MX: wanted a name");
  CHECK(error(RRType::MX, "10 a..b") == "1:4: MX: name 'a..b' has an empty label");
  CHECK(error(RRType::SOA, "a b 1 2 3 4 5x") == "1:13: SOA: wanted a time such as 3600 or 1h but found '5x'");
  CHECK(error(RRType::TXT, "\"open") == "1:1: a quote is opened and not closed");
  CHECK(error(RRType::TXT, std::string(256, 'a'))
            .starts_with("1:1: TXT: wanted a string of at most 255 octets but found"));
  CHECK(error(RRType::DS, "1 nothing 1 00") ==
        "1:3: DS: wanted a DNSSEC algorithm, by number or mnemonic but found 'nothing'");
  CHECK(error(RRType::DS, "1 8 2 abc") == "1:7: DS: wanted hex digits");
  CHECK(error(RRType::DNSKEY, "256 3 8 AQ=") == "1:9: DNSKEY: wanted base64");
  CHECK(error(RRType::RRSIG, "A 5 3 1 20031322173103 0 1 a. AQID") ==
        "1:9: RRSIG: wanted a point in time as YYYYMMDDHHmmSS but found '20031322173103'");
  CHECK(error(RRType::NSEC, "a A BOGUS") == "1:5: NSEC: wanted a record type but found 'BOGUS'");
  CHECK(error(RRType::CAA, "0 is-sue x") == "1:10: CAA data: tag with octets that are neither letters nor digits");
  CHECK(error(static_cast<RRType>(731), "abc") == "1:1: TYPE731 has no text form here; write \\# SIZE HEX");
}

TEST_CASE("whole records read with TTL and class in either order or left out") {
  const Name origin = name("example.org");
  const auto text_of = [&](std::string_view text) { return record_from_text(text, origin).value().to_string(); };
  CHECK(text_of("www 300 IN A 192.0.2.1") == "www.example.org. 300 IN A 192.0.2.1");
  CHECK(text_of("www in 5m a 192.0.2.1") == "www.example.org. 300 IN A 192.0.2.1");
  CHECK(text_of("@ A 192.0.2.1") == "example.org. 0 IN A 192.0.2.1");
  CHECK(text_of("version.bind. CH TXT x") == "version.bind. 0 CH TXT \"x\"");
  CHECK(text_of("a TYPE731 \\# 0") == "a.example.org. 0 IN TYPE731 \\# 0");
  CHECK(record_from_text("www 300 IN BOGUS x").error().message == "wanted a record type but found 'BOGUS'");
  CHECK_FALSE(record_from_text(""));
  CHECK_FALSE(record_from_text("www"));
  CHECK_FALSE(record_from_text("a..b A 192.0.2.1"));
}
