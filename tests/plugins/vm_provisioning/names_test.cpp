#include "plugins/vm_provisioning/names.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::vm_provisioning;

namespace {

ProvisionedNames some_names() {
  ProvisionedNames names;
  REQUIRE(names.add("{cpt}.{resource}.{type}.apps.example", 1));
  REQUIRE(names.add("{resource}.plain.example.", 2));
  REQUIRE(names.add("Fixed.Example", 3));
  names.type("encode", 7);
  return names;
}

// "2", "1 tag", "-"
std::string told(const std::string& text) {
  static const auto names = some_names();
  const auto name = Name::parse(text).value();
  ProvisionedNames::Match match;
  if (!names.match(name, match)) return "-";
  return std::to_string(match.pool) + (match.tagged ? " " + std::string(match.tag) : "");
}

}  // namespace

TEST_CASE("a name is of the pool of its template, with and without the label of its tag") {
  CHECK(told("report.query.apps.example.") == "1");
  CHECK(told("cpt-0123.report.query.apps.example.") == "1 0123");
  CHECK(told("CPT-ABCD.Report.Query.APPS.Example.") == "1 ABCD");
  CHECK(told("x.plain.example.") == "2");
  CHECK(told("FIXED.example.") == "3");
}

TEST_CASE("a name's type says which pool it is of, whatever its template says") {
  CHECK(told("film.encode.apps.example.") == "7");
  CHECK(told("cpt-0123.film.ENCODE.apps.example.") == "7 0123");
  CHECK(told("encode.query.apps.example.") == "1");
}

TEST_CASE("names that no template holds for are nobody's") {
  for (const auto* name : {".", "example.", "apps.example.", "query.apps.example.", "a.b.query.apps.example.",
                           "report.query.apps.example.org.", "reportquery.apps.example.", "x.fixed.example."})
    CHECK(told(name) == "-");
}

TEST_CASE("a first label that begins as a tag is one, and matched by no template without {cpt}") {
  CHECK(told("cpt-.report.query.apps.example.") == "1 ");
  CHECK(told("cpt-0123.plain.example.") == "-");
  CHECK(told("cpt-0123.query.apps.example.") == "-");
  CHECK(told("cpt.query.apps.example.") == "1");
}

TEST_CASE("a template in which the tag stands elsewhere is refused with what would be right") {
  ProvisionedNames names;
  const auto wrong = names.add("{resource}.{cpt}.apps.example", 0);
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Catch::Contains("{cpt} stands in front"));
  CHECK_FALSE(names.add("{cpt}.{resource", 0));
  CHECK_FALSE(names.add("{cpt*}.apps.example", 0));
}
