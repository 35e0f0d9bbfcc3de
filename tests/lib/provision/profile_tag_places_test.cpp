// Where a tag is carried: in names and in URLs.
#include <harbinger/profile_tag.h>

#include <catch2/catch.hpp>

using namespace harbinger;

namespace {

const std::string kOne = "5k2mx8q0v7n3r9tbwd4hyzje", kOther = "0123456789abcdefghjkmnpq";

const ProfileTag kTag = ProfileTag::parse(kOne).value();

std::string in_name(const std::string& name) {
  const auto tag = tag_in(Name::parse(name).value());
  return tag ? std::string(tag->text()) : "none";
}

std::string in_url(const std::string& url) {
  const auto tag = tag_in_url(url);
  return tag ? std::string(tag->text()) : "none";
}

}  // namespace

TEST_CASE("a tag is found in whatever label it is, in either case, and the first counts") {
  CHECK(in_name("cpt-" + kOne + ".video.apps.example.org") == kOne);
  CHECK(in_name("a.b.cpt-" + kOne + ".example.org") == kOne);
  CHECK(in_name("CPT-5K2MX8Q0V7N3R9TBWD4HYZJE.example.org") == kOne);
  CHECK(in_name("cpt-" + kOne + ".cpt-" + kOther + ".example.org") == kOne);
  CHECK(in_name("cpt-nothing.cpt-" + kOther + ".example.org") == kOther);
}

TEST_CASE("a label that is not a tag as a whole is none") {
  for (const auto& label : {std::string("cpt-"), "cpt-" + kOne.substr(1), "cpt-" + kOne + "0", "xcpt-" + kOne, kOne,
                            "cpt_" + kOne, "cpt-" + std::string(59, '0'), "cpt-" + kOne.substr(1) + "u"})
    CHECK(in_name(label + ".example.org") == "none");
  CHECK(in_name(".") == "none");
}

TEST_CASE("a tag is found in a URL's query, and nowhere else of it") {
  CHECK(in_url("https://a.example/?cpt=" + kOne) == kOne);
  CHECK(in_url("https://a.example/p?a=1&cpt=" + kOne + "&b#part") == kOne);
  CHECK(in_url("/p?cpt=&cpt=nothing&cpt=" + kOne + "&cpt=" + kOther) == kOne);
  CHECK(in_url("https://a.example/cpt=" + kOne) == "none");
  CHECK(in_url("https://a.example/#?cpt=" + kOne) == "none");
  CHECK(in_url("https://a.example/?acpt=" + kOne + "&CPT=" + kOne) == "none");
  CHECK(in_url("https://a.example/?cpt=%35" + kOne.substr(1)) == "none");
  CHECK(in_url("https://a.example/?cpt=" + kOne + "%20") == "none");
  CHECK(in_url("") == "none");
}

TEST_CASE("a URL is given a tag at the end of its query, before its fragment") {
  CHECK(with_tag("https://a.example", kTag) == "https://a.example?cpt=" + kOne);
  CHECK(with_tag("https://a.example/?", kTag) == "https://a.example/?cpt=" + kOne);
  CHECK(with_tag("https://a.example/p?a=%26x&b#part?c", kTag) ==
        "https://a.example/p?a=%26x&b&cpt=" + kOne + "#part?c");
  CHECK(with_tag("", kTag) == "?cpt=" + kOne);
}

TEST_CASE("a URL that has tags, or what should have been some, is left with the new one alone") {
  CHECK(with_tag("/p?cpt=" + kOther + "&a=1&cpt=%%%&cpt", kTag) == "/p?a=1&cpt=" + kOne);
  const auto twice = with_tag(with_tag("/p?a=1#x", ProfileTag::parse(kOther).value()), kTag);
  CHECK(twice == with_tag("/p?a=1#x", kTag));
  CHECK(in_url(twice) == kOne);
}

TEST_CASE("what shows a name or URL with a tag does not show the tag") {
  CHECK(without_tags(with_tag("https://a.example/p", kTag)) == "https://a.example/p?cpt=*");
  const auto name = Name::parse("cpt-" + kOne + ".example.org").value();
  CHECK(without_tags(name.to_string()) == "cpt-*.example.org.");
  CHECK(has_tag_label(name.wire()));
}
