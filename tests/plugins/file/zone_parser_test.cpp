#include "plugins/file/zone_parser.h"

#include <catch2/catch.hpp>

#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

struct Parsed {
  std::string records, errors, warnings;
  std::size_t error_count = 0;
  std::vector<SourceFile> sources;
};

template <class Parse>
Parsed run(ZoneParser::Options options, Parse parse) {
  Parsed parsed;
  Findings findings;
  ZoneParser parser(std::move(options), findings, [&](const ParsedRecord& record) {
    parsed.records +=
        Record{record.owner, record.type, RRClass::IN, record.ttl, Rdata(record.rdata.begin(), record.rdata.end())}
            .to_string() +
        "\n";
  });
  parse(parser);
  for (const Error& error : findings.errors()) parsed.errors += error.to_string() + "\n";
  for (const Error& warning : findings.warnings()) parsed.warnings += warning.to_string() + "\n";
  parsed.error_count = findings.error_count();
  parsed.sources = parser.sources();
  return parsed;
}

Parsed parse(std::string_view text, ZoneParser::Options options = {.origin = *Name::parse("example.org.")}) {
  return run(std::move(options), [&](ZoneParser& parser) { parser.parse_text(text, "zone"); });
}

Parsed parse_file(const std::filesystem::path& path) {
  return run({.origin = *Name::parse("example.org.")}, [&](ZoneParser& parser) { parser.parse_file(path); });
}

std::string records_of(std::string_view text) {
  const Parsed parsed = parse(text);
  CHECK(parsed.errors == "");
  return parsed.records;
}

std::string errors_of(std::string_view text) { return parse(text).errors; }

}  // namespace

TEST_CASE("owner, TTL and class may stand in any legal order or be left out") {
  CHECK(records_of("a 60 IN A 192.0.2.1\n"
                   "b IN 70 A 192.0.2.2\n"
                   "  A 192.0.2.3\n"
                   "\tIN\tAAAA 2001:db8::1\n"
                   "c 80 A 192.0.2.4\n") ==
        "a.example.org. 60 IN A 192.0.2.1\n"
        "b.example.org. 70 IN A 192.0.2.2\n"
        "b.example.org. 70 IN A 192.0.2.3\n"
        "b.example.org. 70 IN AAAA 2001:db8::1\n"
        "c.example.org. 80 IN A 192.0.2.4\n");
}

TEST_CASE("names are relative to the origin unless they end in a dot, and @ is the origin") {
  CHECK(records_of("@ 1 NS ns\nx 1 NS ns.example.net.\n$ORIGIN sub\n@ 1 NS @\n$ORIGIN other.example.\na 1 CNAME b\n") ==
        "example.org. 1 IN NS ns.example.org.\n"
        "x.example.org. 1 IN NS ns.example.net.\n"
        "sub.example.org. 1 IN NS sub.example.org.\n"
        "a.other.example. 1 IN CNAME b.other.example.\n");
}

TEST_CASE("escapes in names are kept") {
  CHECK(records_of("a\\.b 1 A 192.0.2.1\n\\097b 1 CNAME x\\;y\n") ==
        "a\\.b.example.org. 1 IN A 192.0.2.1\nab.example.org. 1 IN CNAME x\\;y.example.org.\n");
}

TEST_CASE("the case of names is kept") {
  CHECK(records_of("WwW 1 CNAME Target\n") == "WwW.example.org. 1 IN CNAME Target.example.org.\n");
}

TEST_CASE("parentheses join lines, and comments end at the line's end") {
  CHECK(records_of("@ 1 IN SOA ns admin ( 5 ; serial\n 1h ; refresh ) not the end\n 2m 3d\n\n 1w ) ; minimum\nx 1 A ( "
                   "192.0.2.1\n )\n") ==
        "example.org. 1 IN SOA ns.example.org. admin.example.org. 5 3600 120 259200 604800\n"
        "x.example.org. 1 IN A 192.0.2.1\n");
}

TEST_CASE("a text may hold blanks, semicolons, parentheses and escaped quotes") {
  CHECK(records_of(R"(a 1 TXT "one; (two) \"three\"" four "")"
                   "\n") == "a.example.org. 1 IN TXT \"one; (two) \\\"three\\\"\" \"four\" \"\"\n");
}

TEST_CASE("a service parameter's value may be quoted") {
  CHECK(records_of("a 1 HTTPS 1 . alpn=\"h2,h3\" port=8443\n") == records_of("a 1 HTTPS 1 . alpn=h2,h3 port=8443\n"));
}

TEST_CASE("lines may end as on other systems, and the last one not at all") {
  CHECK(records_of("a 1 A 192.0.2.1\r\nb 1 A 192.0.2.2\r\n\r\nc 1 A 192.0.2.3") ==
        "a.example.org. 1 IN A 192.0.2.1\nb.example.org. 1 IN A 192.0.2.2\nc.example.org. 1 IN A 192.0.2.3\n");
}

TEST_CASE("an empty text and one of comments have no records") {
  CHECK(records_of("") == "");
  CHECK(records_of("; nothing\n   \n\t; more nothing") == "");
}

TEST_CASE("types nobody knows take the form of RFC 3597, and known ones too") {
  CHECK(records_of("a 1 TYPE731 \\# 3 abcdef\nb 1 A \\# 4 C0000201\nc 1 CLASS1 TYPE1 192.0.2.1\n") ==
        "a.example.org. 1 IN TYPE731 \\# 3 ABCDEF\nb.example.org. 1 IN A 192.0.2.1\nc.example.org. 1 IN A 192.0.2.1\n");
}

TEST_CASE("a TTL comes from the record, else from $TTL, else from the record before") {
  CHECK(records_of("a 5 A 192.0.2.1\nb A 192.0.2.2\n$TTL 1h30m\nc A 192.0.2.3\nd 7 A 192.0.2.4\ne A 192.0.2.5\n") ==
        "a.example.org. 5 IN A 192.0.2.1\nb.example.org. 5 IN A 192.0.2.2\nc.example.org. 5400 IN A 192.0.2.3\n"
        "d.example.org. 7 IN A 192.0.2.4\ne.example.org. 5400 IN A 192.0.2.5\n");
}

TEST_CASE("without any TTL the SOA's minimum serves, with a warning") {
  const Parsed parsed = parse("@ SOA ns admin 1 2 3 4 99\na A 192.0.2.1\n");
  CHECK(parsed.records ==
        "example.org. 99 IN SOA ns.example.org. admin.example.org. 1 2 3 4 99\na.example.org. 99 IN A 192.0.2.1\n");
  CHECK(parsed.warnings ==
        "zone:1:1: no TTL for the SOA and no $TTL before it: the SOA's last number serves as default\n");
}

TEST_CASE("$GENERATE counts through a range with step, offset, width and base") {
  CHECK(records_of("$TTL 1\n$GENERATE 1-5/2 h$ A 192.0.2.$\n") ==
        "h1.example.org. 1 IN A 192.0.2.1\nh3.example.org. 1 IN A 192.0.2.3\nh5.example.org. 1 IN A 192.0.2.5\n");
  CHECK(records_of("$GENERATE 9-10 h${1,4,d} 60 IN CNAME x${-9,2,x}.y${0,0,o}.z${246,0,X}\n") ==
        "h0010.example.org. 60 IN CNAME x00.y11.zFF.example.org.\nh0011.example.org. 60 IN CNAME "
        "x01.y12.z100.example.org.\n");
  CHECK(records_of("$GENERATE 171-171 ${0,7,n}.x 1 PTR a$$b${0,1,N}\n") ==
        "b.a.0.0.x.example.org. 1 IN PTR a\\$bB.A.example.org.\n");
}

TEST_CASE("$GENERATE leaves the owner of the lines around it alone") {
  CHECK(records_of("a 1 A 192.0.2.1\n$GENERATE 1-1 h$ A 192.0.2.9\n  AAAA 2001:db8::1\n") ==
        "a.example.org. 1 IN A 192.0.2.1\nh1.example.org. 1 IN A 192.0.2.9\na.example.org. 1 IN AAAA 2001:db8::1\n");
}

TEST_CASE("$INCLUDE reads beside the including file and gives owner and origin back") {
  const test::Scratch scratch;
  scratch.write("sub/inner", "b 1 A 192.0.2.2\n$ORIGIN elsewhere.example.\nc 1 A 192.0.2.3\n");
  scratch.write("sub/middle", "$INCLUDE inner deep\n");
  const auto parsed = parse_file(
      scratch.write("zone", "a 1 A 192.0.2.1\n$INCLUDE \"sub/middle\"\n  1 AAAA 2001:db8::1\nd 1 A 192.0.2.4\n"));
  CHECK(parsed.errors == "");
  CHECK(parsed.records ==
        "a.example.org. 1 IN A 192.0.2.1\nb.deep.example.org. 1 IN A 192.0.2.2\nc.elsewhere.example. 1 IN A 192.0.2.3\n"
        "a.example.org. 1 IN AAAA 2001:db8::1\nd.example.org. 1 IN A 192.0.2.4\n");
  CHECK(parsed.sources.size() == 3);
}

TEST_CASE("an included file that is missing is an error at its $INCLUDE, and is watched for") {
  const test::Scratch scratch;
  const auto zone = scratch.write("zone", "a 1 A 192.0.2.1\n\n$INCLUDE nowhere\n");
  const auto parsed = parse_file(zone);
  CHECK(parsed.errors == zone.string() + ":3:1: cannot open zone file: No such file or directory '" +
                             (scratch / "nowhere").string() + "'\n");
  REQUIRE(parsed.sources.size() == 2);
  CHECK(parsed.sources[1].stamp == FileStamp{});
}

TEST_CASE("files that include themselves or each other are an error") {
  const test::Scratch scratch;
  const auto one = scratch.write("one", "$INCLUDE two\n");
  const auto two = scratch.write("two", "\n$INCLUDE ./one\n");
  CHECK(parse_file(one).errors == two.string() + ":2:1: '" + (scratch / "./one").string() + "' includes itself\n");
}

TEST_CASE("files that include each other too deep are an error") {
  const test::Scratch scratch;
  for (int i = 0; i < 30; ++i) scratch.write("f" + std::to_string(i), "$INCLUDE f" + std::to_string(i + 1) + "\n");
  const auto parsed = parse_file(scratch / "f0");
  CHECK(parsed.errors == (scratch / "f16").string() + ":1:1: files include each other more than 16 deep\n");
}

TEST_CASE("only regular files are read") {
  const test::Scratch scratch;
  CHECK(parse_file(scratch.path()).errors == scratch.path().string() + ": cannot read zone file: Is a directory\n");
  CHECK(parse_file("/dev/null").errors == "/dev/null: a zone file must be a regular file\n");
  CHECK(parse_file(scratch / "x").errors ==
        (scratch / "x").string() + ": cannot open zone file: No such file or directory\n");
}

TEST_CASE("a file longer than what is read at once keeps its places") {
  const test::Scratch scratch;
  std::string text = "$TTL 1\n";
  for (int i = 0; i < 60'000; ++i) text += "name" + std::to_string(i) + " A 192.0.2.1 ; some words\n";
  const auto zone = scratch.write("zone", text + "bad A 1.2.3\n");
  const auto parsed = parse_file(zone);
  CHECK(std::count(parsed.records.begin(), parsed.records.end(), '\n') == 60'000);
  CHECK_THAT(parsed.errors, Catch::StartsWith(zone.string() + ":60002:7: "));
}

TEST_CASE("every mistake is told with its place, and reading goes on behind it") {
  CHECK(errors_of("$TTL 1\n  A 192.0.2.1\n") ==
        "zone:2:3: the line begins with a blank, so it takes the owner of the record before it, but there is none\n");
  CHECK(errors_of("a 1 A (\n192.0.2.1\nb 1 A 192.0.2.2\n") == "zone:1:7: this '(' is never closed\n");
  CHECK(errors_of("a 1 A ) 192.0.2.1\n") == "zone:1:7: ')' without a '(' before it\n");
  CHECK(errors_of("a 1 TXT \"abc\nb 1 A 192.0.2.2\n") == "zone:1:9: a '\"' that is not closed on its line\n");
  CHECK(errors_of("a 1 TXT x\\\n") == "zone:1:10: a '\\' with nothing behind it\n");
  CHECK(errors_of("a A 192.0.2.1\n") == "zone:1:1: no TTL: put a '$TTL 1h' before the first record\n");
  CHECK(errors_of("a 1\n") == "zone:1:1: a record needs a type and data: [owner] [TTL] [class] type data\n");
  CHECK(errors_of("a 1 IN FOO x\n") ==
        "zone:1:8: unknown type 'FOO'; others can be written as TYPE and a number (RFC 3597)\n");
  CHECK(errors_of("a 1 CH TXT x\n") == "zone:1:5: class CH: zones here are of class IN\n");
  CHECK(errors_of("a 1 ANY x\n") == "zone:1:5: type ANY cannot be in a zone\n");
  CHECK(errors_of("a 1x A 192.0.2.1\n") ==
        "zone:1:3: '1x' is not a TTL; write seconds, or numbers with the units w d h m s like 1h30m\n");
  CHECK(errors_of("a 2147483648 A 192.0.2.1\n") == "zone:1:3: TTL '2147483648' is larger than 2147483647 seconds\n");
  CHECK(errors_of("$TTL forever\n") ==
        "zone:1:6: 'forever' is not a TTL; write seconds, or numbers with the units w d h m s like 1h30m\n");
  CHECK(errors_of("$ORIGIN\n") == "zone:1:1: should be: $ORIGIN name\n");
  CHECK(errors_of("$TTL 1 2\n") == "zone:1:1: should be: $TTL 1h\n");
  CHECK(errors_of("$FOO\n") == "zone:1:1: unknown directive '$FOO'; known are $ORIGIN, $TTL, $INCLUDE and $GENERATE\n");
  CHECK(errors_of("$INCLUDE\n") == "zone:1:1: should be: $INCLUDE file [origin]\n");
  CHECK_THAT(errors_of("a..b 1 A 192.0.2.1\n"), Catch::StartsWith("zone:1:1: 'a..b' is not a name: "));
  CHECK_THAT(errors_of(std::string(64, 'x') + " 1 A 192.0.2.1\n"), Catch::StartsWith("zone:1:1: 'xxx"));
  CHECK_THAT(errors_of("a 1 A 192.0.2.300\n"), Catch::StartsWith("zone:1:7: A record: "));
  CHECK_THAT(errors_of("a 1 A\n"), Catch::StartsWith("zone:1:"));
  CHECK_THAT(errors_of("a 1 MX (\n 10\n mail extra )\n"), Catch::StartsWith("zone:3:7: MX record: "));
}

TEST_CASE("wrong $GENERATE lines say what would be right, once") {
  CHECK(errors_of("$GENERATE 1-2 a$\n") == "zone:1:1: should be: $GENERATE 1-100 owner [TTL] [class] type data\n");
  CHECK(errors_of("$GENERATE x-2 a$ A 1.2.3.4\n") == "zone:1:11: 'x-2' should be a range like 1-100 or 0-254/2\n");
  CHECK(errors_of("$GENERATE 1-2/0 a$ A 1.2.3.4\n") == "zone:1:11: '1-2/0' should be a range like 1-100 or 0-254/2\n");
  CHECK(errors_of("$GENERATE 2-1 a$ A 1.2.3.4\n") == "zone:1:11: the range '2-1' ends before it starts\n");
  CHECK(errors_of("$GENERATE 0-2147483647 a$ A 1.2.3.4\n") ==
        "zone:1:11: the range makes 2147483648 records; one $GENERATE may make 1048576\n");
  CHECK(errors_of("$TTL 1\n$GENERATE 1-9 a${-2} A 1.2.3.4\n") == "zone:2:15: offset -2 makes a number below 0\n");
  CHECK(errors_of("$GENERATE 1-9 a${0 A 1.2.3.4\n") == "zone:1:15: '${' without a '}' behind it\n");
  CHECK(errors_of("$GENERATE 1-9 a${0,999,d} A 1.2.3.4\n") ==
        "zone:1:15: '${0,999,d}' should be ${offset}, ${offset,width} or ${offset,width,base} with a width up to 255 "
        "and one of "
        "the bases d o x X n N\n");
  CHECK_THAT(errors_of("$TTL 1\n$GENERATE 1-900 a A 1.2.3.x$\n"), Catch::StartsWith("zone:2:21: A record: "));
}

TEST_CASE("records that would inherit the owner of a wrong line are left out with it") {
  const Parsed parsed = parse("$TTL 1\na A 192.0.2.1\nb..c A 192.0.2.2\n  A 192.0.2.3\nd A 192.0.2.4\n");
  CHECK(parsed.error_count == 1);
  CHECK(parsed.records == "a.example.org. 1 IN A 192.0.2.1\nd.example.org. 1 IN A 192.0.2.4\n");
}

TEST_CASE("of many errors twenty are told and all are counted") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a 1 FOO\n";
  const Parsed parsed = parse(text);
  CHECK(std::count(parsed.errors.begin(), parsed.errors.end(), '\n') == 20);
  CHECK(parsed.error_count == 1000);
}

TEST_CASE("an entry without an end does not swallow memory") {
  const Parsed parsed = parse("a 1 TXT (" + std::string(3 << 20, 'x') + "\nb 1 A 192.0.2.1\n");
  CHECK_THAT(parsed.errors, Catch::Contains("an entry longer than 1 MiB"));
  CHECK(parsed.records == "b.example.org. 1 IN A 192.0.2.1\n");
}

TEST_CASE("hostile octets do not get into error lines") {
  CHECK(errors_of(std::string("a 1 \x1b[31mX\n")) ==
        "zone:1:5: unknown type '\\027[31mX'; others can be written as TYPE and a number (RFC 3597)\n");
}
