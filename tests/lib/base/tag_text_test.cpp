#include <harbinger/tag_text.h>

#include <catch2/catch.hpp>

#include <harbinger/name.h>

using namespace harbinger;

namespace {

const std::string kTag = "5k2mx8q0v7n3r9tbwd4hyzje";

bool labelled(const std::string& name) { return has_tag_label(Name::parse(name).value().wire()); }

}  // namespace

TEST_CASE("a name with a label that looks like a tag is told, wherever the label stands") {
  CHECK(labelled("cpt-" + kTag + ".shop.example.org"));
  CHECK(labelled("www.cpt-" + kTag + ".example.org"));
  CHECK(labelled("CpT-" + kTag + ".example.org"));
  CHECK(labelled("example.cpt-" + kTag));
}

TEST_CASE("a tag that was cut short or made longer looks like one, too") {
  CHECK(labelled("cpt-" + kTag.substr(0, 16) + ".example.org"));
  CHECK(labelled("cpt-" + kTag + kTag + "0123456789.example.org"));
  CHECK(labelled("cpt-" + kTag + "-x.example.org"));
}

TEST_CASE("names that are about something else look like no tag") {
  for (const auto* name :
       {".", "cpt-.example.org", "cpt-codes.example.org", "cpt.example.org", "xcpt-5k2mx8q0v7n3r9tb.example.org",
        "cpt-short-words-with-dashes-in-them.example.org", "cpt_5k2mx8q0v7n3r9tbwd4hyzje.example.org"})
    CHECK_FALSE(labelled(name));
}

TEST_CASE("a wire form that ends early is read no further than it goes") {
  const auto name = Name::parse("cpt-" + kTag + ".example.org").value();
  for (std::size_t size = 0; size <= 28; ++size) CHECK_FALSE(has_tag_label(name.wire().first(size)));
  CHECK(has_tag_label(name.wire().first(29)));
}

TEST_CASE("tags are taken out of texts: many, at the edges, in capitals") {
  CHECK(without_tags("cpt-" + kTag) == "cpt-*");
  CHECK(without_tags("cpt-" + kTag + " and www.cpt-" + kTag + ".example.org.") == "cpt-* and www.cpt-*.example.org.");
  CHECK(without_tags("https://a.example/p?a=1&cpt=" + kTag + "&b=2#cpt=" + kTag) ==
        "https://a.example/p?a=1&cpt=*&b=2#cpt=*");
  CHECK(without_tags("CPT-5K2MX8Q0V7N3R9TBWD4HYZJE.EXAMPLE") == "cpt-*.EXAMPLE");
  CHECK(without_tags("next=%2Fp%3Fcpt%3d" + kTag + "!") == "next=%2Fp%3Fcpt%3D*!");
  CHECK(without_tags("cpt-cpt-" + kTag) == "cpt-cpt-*");
}

TEST_CASE("a tag that is written with percent signs is taken out whole") {
  CHECK(without_tags("?cpt=%35k2mx8q0v7n3r9tbwd4hyzj%65&a=1") == "?cpt=*&a=1");
}

TEST_CASE("texts without tags stay as they are") {
  for (const auto* text : {"", "c", "cpt", "cpt-", "cpt=", "cpt=%3", "cpt-codes.example.org", "accept=everything",
                           "cpt=123456789012345"}) {
    CHECK(without_tags(text) == text);
    CHECK_FALSE(has_tag(text));
  }
  CHECK(has_tag("?cpt=" + kTag));
}

TEST_CASE("a query is kept without its tags, and nothing else is lost") {
  CHECK(query_without_tag("").empty());
  CHECK(query_without_tag("cpt=" + kTag).empty());
  CHECK(query_without_tag("cpt").empty());
  CHECK(query_without_tag("a=1&cpt=" + kTag + "&b=2&cpt=x") == "a=1&b=2");
  for (const auto* query : {"a=1&&b&acpt=2&cptx=3", "&a", "&", "a&"}) CHECK(query_without_tag(query) == query);
}
