#include "plugins/file/zone_diff.h"

#include <algorithm>

#include "tests/plugins/file/zone_talk.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

std::unique_ptr<Zone> zone_of(std::uint32_t serial, const std::string& records) {
  LoadedZone loaded =
      load_zone_text("$TTL 60\n@ SOA ns a " + std::to_string(serial) + " 2 3 4 60\n@ NS ns\n" + records, kOrigin);
  REQUIRE(loaded.zone);
  return std::move(loaded.zone);
}

// The records but for the SOA, one a line in order, `-` in front of what went and `+` in front of what came.
std::string step(const Zone& from, const Zone& to, std::size_t most_octets = 1 << 20) {
  const auto delta = difference(from, to, most_octets);
  if (!delta) return "none";
  std::vector<std::string> lines;
  const auto take = [&](const std::vector<Record>& records, const char* sign) {
    CHECK(std::ranges::count(records, RRType::SOA, &Record::type) == 1);
    for (const Record& record : records)
      if (record.type != RRType::SOA) lines.push_back(sign + record.to_string() + "\n");
  };
  take(delta->removed, "-");
  take(delta->added, "+");
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

std::string step(const std::string& from, const std::string& to) { return step(*zone_of(1, from), *zone_of(2, to)); }

}  // namespace

TEST_CASE("a step tells which records went and which came") {
  CHECK(step("a A 192.0.2.1\nb A 192.0.2.2\n", "a A 192.0.2.1\nc A 192.0.2.3\n") ==
        "+c.example.org. 60 IN A 192.0.2.3\n-b.example.org. 60 IN A 192.0.2.2\n");
}

TEST_CASE("of a set that has grown or shrunk only the difference is told, in whatever order it stands") {
  CHECK(step("a A 192.0.2.1\na A 192.0.2.2\n", "a A 192.0.2.3\na A 192.0.2.2\na A 192.0.2.1\n") ==
        "+a.example.org. 60 IN A 192.0.2.3\n");
  CHECK(step("a A 192.0.2.1\na A 192.0.2.2\n", "a A 192.0.2.2\n") == "-a.example.org. 60 IN A 192.0.2.1\n");
}

TEST_CASE("a set with another TTL is told as a whole") {
  CHECK(step("a 60 A 192.0.2.1\n", "a 90 A 192.0.2.1\n") ==
        "+a.example.org. 90 IN A 192.0.2.1\n-a.example.org. 60 IN A 192.0.2.1\n");
}

TEST_CASE("records of the zone's own name are told too") {
  CHECK(step("", "@ MX 10 mail\n") == "+example.org. 60 IN MX 10 mail.example.org.\n");
}

TEST_CASE("the case of an owner is no difference") { CHECK(step("WWW A 192.0.2.1\n", "www A 192.0.2.1\n").empty()); }

TEST_CASE("a serial that did not grow makes no step") {
  CHECK(step(*zone_of(2, ""), *zone_of(2, "a A 192.0.2.1\n")) == "none");
  CHECK(step(*zone_of(2, ""), *zone_of(1, "")) == "none");
  CHECK(step(*zone_of(4294967290, ""), *zone_of(5, "")).empty());
}

TEST_CASE("a step that would take too much memory is not made") {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "n" + std::to_string(i) + " A 192.0.2.1\n";
  CHECK(step(*zone_of(1, ""), *zone_of(2, many), 100 * sizeof(Record)) == "none");
  CHECK(step(*zone_of(1, many), *zone_of(2, ""), 100 * sizeof(Record)) == "none");
  CHECK(step(*zone_of(1, many), *zone_of(2, many), 100 * sizeof(Record)).empty());
}
