#include <harbinger/fragments.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace harbinger;

namespace {

FragmentTable table_of(FragmentLayout layout) {
  FragmentTable table;
  REQUIRE(table.add(std::move(layout)));
  return table;
}

std::string error_of(FragmentLayout layout) {
  const auto added = FragmentTable().add(std::move(layout));
  return added ? "" : added.error().message;
}

std::string manifest_error(std::string_view json) {
  FragmentTable table;
  const auto added = table.add_manifest(json);
  CHECK(table.size() == 0);
  return added ? "" : added.error().to_string();
}

std::string after(const FragmentTable& table, std::string_view text, std::uint32_t ahead) {
  const auto at = table.locate(text);
  const auto next = at ? table.after(*at, ahead) : std::nullopt;
  return next ? next->text() : "";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a byte range of a resource is one text and comes apart again") {
  const ByteRange range{65'536, 4096};
  CHECK(fragment_text("https://a/b#c", range) == "https://a/b#c#65536+4096");
  const auto parsed = parse_fragment("https://a/b#c#65536+4096");
  CHECK(parsed.resource == "https://a/b#c");
  CHECK(parsed.range == range);
}

TEST_CASE("what only looks like a range is a whole resource") {
  for (const std::string text : {"https://a/b", "https://a/b#top", "a#1+", "a#+1", "a#01+5", "a#1+-2", "a#1+2+3",
                                 "a#99999999999999999999+1", "a#1 +2", "#", ""}) {
    const auto parsed = parse_fragment(text);
    CHECK(parsed.resource == text);
    CHECK_FALSE(parsed.range);
  }
}

TEST_CASE("a segment is followed by the next ones, up to the last") {
  const auto table = table_of({.resource = "cdn.example/v1/seg-{n}.ts", .first = 1, .last = 7});
  const auto five = table.locate("cdn.example/v1/seg-5.ts");
  REQUIRE(five);
  CHECK(five->index == 5);
  CHECK_FALSE(five->range);
  CHECK(table.whole(*five) == "cdn.example/v1/seg-{n}.ts");
  CHECK(after(table, "cdn.example/v1/seg-5.ts", 1) == "cdn.example/v1/seg-6.ts");
  CHECK(after(table, "cdn.example/v1/seg-5.ts", 2) == "cdn.example/v1/seg-7.ts");
  CHECK(after(table, "cdn.example/v1/seg-5.ts", 3).empty());
  for (const auto* other :
       {"cdn.example/v1/seg-0.ts", "cdn.example/v1/seg-8.ts", "cdn.example/v1/seg-05.ts", "cdn.example/v1/seg-.ts",
        "cdn.example/v2/seg-5.ts", "cdn.example/v1/seg-5.tsx", "cdn.example/v1/seg-99999999999.ts"})
    CHECK_FALSE(table.locate(other));
}

TEST_CASE("numbers may be padded, and may outgrow their padding") {
  const auto table = table_of({.resource = "v{n:03}"});
  CHECK(after(table, "v007", 1) == "v008");
  CHECK(after(table, "v999", 1) == "v1000");
  CHECK(after(table, "v1000", 1) == "v1001");
  for (const auto* other : {"v7", "v07", "v0007", "v01000"}) CHECK_FALSE(table.locate(other));
}

TEST_CASE("the number that counts is found among others") {
  const auto table = table_of({.resource = "https://h2/2024/v{n}/1080p.mp4"});
  CHECK(after(table, "https://h2/2024/v9/1080p.mp4", 1) == "https://h2/2024/v10/1080p.mp4");
  CHECK(after(table_of({.resource = "{n}"}), "4294967294", 1) == "4294967295");
  CHECK(after(table_of({.resource = "{n}"}), "4294967295", 1).empty());
}

TEST_CASE("ranges of a fixed size follow each other, the last one short") {
  const auto table = table_of({.resource = "u", .fixed_bytes = 100, .total_bytes = 250});
  CHECK(after(table, "u#0+100", 1) == "u#100+100");
  CHECK(after(table, "u#100+100", 1) == "u#200+50");
  CHECK(after(table, "u#200+50", 1).empty());
  CHECK(after(table, "u#130+5", 1) == "u#200+50");  // a client that cuts in its own way
  CHECK_FALSE(table.locate("u#250+1"));
  CHECK_FALSE(table.locate("u"));
  CHECK_FALSE(table.locate("other#0+100"));
  const auto endless = table_of({.resource = "u", .fixed_bytes = UINT64_MAX / 2});
  CHECK(after(endless, "u#0+1", 1) == "u#9223372036854775807+9223372036854775807");
  CHECK(after(endless, "u#0+1", 2).empty());
}

TEST_CASE("listed ranges follow in the order of the list, gaps belong to none") {
  const auto table = table_of({.resource = "u", .total_bytes = 1000, .listed = {{900, 100}, {0, 100}, {150, 50}}});
  CHECK(after(table, "u#950+10", 1) == "u#0+100");
  CHECK(after(table, "u#0+100", 1) == "u#150+50");
  CHECK(after(table, "u#150+50", 1).empty());
  CHECK_FALSE(table.locate("u#120+10"));
}

TEST_CASE("layouts that make no sense are refused with a reason") {
  CHECK(contains(error_of({}), "without a resource"));
  CHECK(contains(error_of({.resource = "a"}), "needs one `{n}`"));
  for (const auto* bad : {"a{n:}", "a{n:5}", "a{n:00}", "a{n:011}", "a{n:0x}", "a{n", "a{m}"})
    CHECK(contains(error_of({.resource = bad}), "needs one `{n}`"));
  CHECK(contains(error_of({.resource = "a{n}/{n}"}), "one number"));
  CHECK(contains(error_of({.resource = "a1{n}"}), "digit beside"));
  CHECK(contains(error_of({.resource = "a{n}2"}), "digit beside"));
  CHECK(contains(error_of({.resource = "a {n}"}), "blank"));
  CHECK(contains(error_of({.resource = "a{n}", .first = 5, .last = 4}), "before the first"));
  CHECK(contains(error_of({.resource = "a", .fixed_bytes = 1, .listed = {{0, 1}}}), "exclude each other"));
  CHECK(contains(error_of({.resource = "a", .fixed_bytes = 1, .last = 4}), "only a template"));
  CHECK(contains(error_of({.resource = "a", .listed = {{0, 10}, {9, 1}}}), "0 and 1 overlap"));
  CHECK(contains(error_of({.resource = "a", .listed = {{5, 0}}}), "0 is empty"));
  CHECK(contains(error_of({.resource = "a", .total_bytes = 9, .listed = {{0, 10}}}), "beyond the end"));
  CHECK(contains(error_of({.resource = "a", .listed = {{UINT64_MAX, 2}}}), "beyond the end"));
  CHECK(contains(error_of({.resource = std::string(3000, 'a')}), "more than 2048 octets"));
  CHECK(contains(error_of({.resource = "a", .listed = std::vector<ByteRange>(65'537)}), "more than 65536"));
}

TEST_CASE("a layout takes the place of the one before") {
  FragmentTable table;
  REQUIRE(table.add({.resource = "u", .fixed_bytes = 10}));
  REQUIRE(table.add({.resource = "u", .fixed_bytes = 20}));
  REQUIRE(table.add({.resource = "v{n}"}));
  REQUIRE(table.add({.resource = "v{n:02}"}));
  CHECK(table.size() == 2);
  CHECK(after(table, "u#0+1", 1) == "u#20+20");
  CHECK(after(table, "v01", 1) == "v02");
}

TEST_CASE("a manifest describes one resource or many") {
  FragmentTable table;
  REQUIRE(table.add_manifest(R"({"resource": "a", "fixed": 65536, "size": 100000})"));
  REQUIRE(table.add_manifest(R"([{"template": "b{n:02}", "first": 1, "last": 20},
                                 {"resource": "c", "fragments": [[0, 10], [10, 5]], "size": 15}])"));
  CHECK(table.size() == 3);
  CHECK(after(table, "a#0+65536", 1) == "a#65536+34464");
  CHECK(after(table, "b19", 1) == "b20");
  CHECK(after(table, "c#0+10", 1) == "c#10+5");
}

TEST_CASE("a hostile manifest is refused with the place of its trouble, and none of it is added") {
  CHECK(contains(manifest_error("[\n  {\"resource\": \"a\",]"), "2:20: the manifest is no JSON"));
  CHECK(contains(manifest_error(""), "no JSON"));
  CHECK(contains(manifest_error("\xff\xfe"), "no JSON"));
  CHECK(contains(manifest_error(R"([{"resource":"a","fixed":1},7])"), "entry 1: an entry must be an object"));
  CHECK(contains(manifest_error(R"([{"resource":"a","fixed":1},{"resource":"b","listed":[]}])"),
                 "entry 1: `listed` is none of"));
  CHECK(contains(manifest_error(R"([{"resource":"a","fixed":1},{"template":"b"}])"), "entry 1: `b`: a template needs"));
  CHECK(contains(manifest_error(R"({"resource":"a","fixed":-1})"), "`fixed` must be a whole number"));
  CHECK(contains(manifest_error(R"({"resource":"a","fixed":1.5})"), "`fixed` must be a whole number"));
  CHECK(contains(manifest_error(R"({"resource":"a","fixed":1e99})"), "`fixed` must be a whole number"));
  CHECK(contains(manifest_error(R"({"resource":"a","fixed":99999999999999999999})"), "`fixed` must be"));
  CHECK(contains(manifest_error(R"({"resource":"a","fixed":0})"), "1 or more"));
  CHECK(contains(manifest_error(R"({"template":"a{n}","last":4294967296})"), "from 0 to 4294967295"));
  CHECK(contains(manifest_error(R"({"resource":"a","fragments":[[1,2],[3]]})"), "`fragments[1]` must be"));
  CHECK(contains(manifest_error(R"({"resource":"a","fragments":[]})"), "must be a list"));
  CHECK(contains(manifest_error(R"({"resource":"a"})"), "either `fixed` or `fragments`"));
  CHECK(contains(manifest_error(R"({"fixed":1})"), "either `template` or `resource`"));
  CHECK(contains(manifest_error(R"({"template":"a{n}","fixed":1})"), "only `first` and `last`"));
  CHECK(contains(manifest_error(std::string(1'000'000, '[')), "nested deeper"));
  CHECK(contains(manifest_error(std::string(5 << 20, ' ')), "more than 4194304 octets"));
  std::string many = R"({"resource":"a","fragments":[)";
  for (int i = 0; i < 65'537; ++i) many += (i ? ",[" : "[") + std::to_string(i) + ",1]";
  CHECK(contains(manifest_error(many + "]}"), "more than 65536 fragments"));
}

TEST_CASE("any octets as a manifest are added or refused, and change nothing else") {
  const std::string good =
      R"([{"template":"b{n:02}","first":1,"last":20},{"resource":"c","fragments":[[0,10],[10,5]],"size":15}])";
  std::mt19937_64 random(3);
  int added = 0;
  for (int turn = 0; turn < 5000; ++turn) {
    std::string bad = good;
    for (auto edits = random() % 3 + 1; edits > 0; --edits)
      bad[random() % bad.size()] = static_cast<char>(random() % 128);
    FragmentTable table;
    if (table.add_manifest(bad))
      ++added;
    else
      REQUIRE(table.size() == 0);
  }
  CHECK(added > 0);
}
