#include "steer/name_template.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::steer;
using Catch::Matchers::Contains;

namespace {

bool holds(const char* text, const char* name) {
  NameTemplate::Fields fields;
  return NameTemplate::parse(text).value().match(Name::parse(name).value(), fields);
}

}  // namespace

TEST_CASE("fields are read out of a name, without case") {
  const auto made = NameTemplate::parse("{resource}.{type}.{app}.cdn.example.org").value();
  const auto name = Name::parse("Film-7.Video.SHOP.cdn.Example.org.").value();
  NameTemplate::Fields fields;
  REQUIRE(made.match(name, fields));
  CHECK(fields.resource == "Film-7");
  CHECK(fields.type == "Video");
  CHECK(fields.app == "SHOP");
  CHECK(made.has_app());
  CHECK(made.pattern("shop") == "*.*.shop.cdn.example.org");
}

TEST_CASE("a template holds for as many labels as it has, or more where it says so") {
  CHECK(holds("www.example.org", "WWW.example.org."));
  CHECK(holds("{any}.example.org", "www.example.org."));
  CHECK_FALSE(holds("{any}.example.org", "a.www.example.org."));
  CHECK_FALSE(holds("{any}.example.org", "example.org."));
  CHECK(holds("{resource*}.example.org", "a.b.c.example.org."));
  CHECK(holds("{resource*}.example.org", "a.example.org."));
  CHECK_FALSE(holds("{resource*}.example.org", "example.org."));
  CHECK_FALSE(holds("{resource*}.example.org", "a.example.net."));
  CHECK_FALSE(holds("www.example.org", "."));
}

TEST_CASE("what is no template is told with what would be right") {
  const auto fault = [](const char* text) { return NameTemplate::parse(text).error().message; };
  CHECK_THAT(fault("{resource.example.org"), Contains("closed at the end of its label"));
  CHECK_THAT(fault("a..org"), Contains("a part is a label"));
  CHECK_THAT(fault("a{b}.org"), Contains("a part is a label"));
  CHECK_THAT(fault("@"), Contains("a part is a label"));  // stands for a whole name
  CHECK_THAT(fault("{app}.{app}.org"), Contains("stands once"));
  CHECK_THAT(fault("www.{any*}.org"), Contains("in front"));
  CHECK_THAT(fault("{type*}.org"), Contains("in front"));
  CHECK_THAT(fault(""), Contains("a part is a label"));
}
