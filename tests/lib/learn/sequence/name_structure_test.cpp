#include "learn/sequence/name_structure.h"

#include <catch2/catch.hpp>

using namespace harbinger::sequence;

namespace {

/// The edit that makes `target` of `source`, carried out on `other`.
std::string carried_over(std::string_view source, std::string_view target, std::string_view other, Openness openness) {
  const auto from = tokenize(source), to = tokenize(target), on = tokenize(other);
  const auto shape = template_of(*from, openness), same = template_of(*on, openness);
  if (!shape || !same || shape->hash != same->hash) return "";
  const auto edit = edit_from(*from, *shape, *to);
  std::array<char, 1024> room;
  const auto text = edit ? apply_edit(*edit, *on, *same, room) : std::nullopt;
  return text ? std::string(*text) : "";
}

}  // namespace

TEST_CASE("an id is carried from one kind of path to another") {
  CHECK(carried_over("/r/31uo", "/s/ta/31uo/", "/r/99zz", Openness::digits) == "/s/ta/99zz/");
}

TEST_CASE("a number is counted on, as wide as it was") {
  CHECK(carried_over("/v/seg-008.ts", "/v/seg-009.ts", "/v/seg-099.ts", Openness::digits) == "/v/seg-100.ts");
  CHECK(carried_over("/page/3", "/page/2", "/page/7", Openness::digits) == "/page/6");
  CHECK(carried_over("/page/3", "/page/2", "/page/0", Openness::digits).empty());
}

TEST_CASE("a search suffix is appended to any name") {
  CHECK(carried_over("mail.example", "mail.example.corp.test", "www.other", Openness::all) == "www.other.corp.test");
}

TEST_CASE("texts of another shape are no match") {
  CHECK(carried_over("/r/31uo", "/s/ta/31uo/", "/q/99zz", Openness::digits).empty());
  CHECK_FALSE(template_of(*tokenize("/index.html"), Openness::digits));
}

TEST_CASE("hostile texts are left alone") {
  CHECK_FALSE(tokenize(std::string(600, 'a')));
  CHECK_FALSE(tokenize(std::string(100, '/')));
  const auto source = tokenize("/a1"), target = tokenize(
                                           "/\x01"
                                           "A");
  CHECK_FALSE(edit_from(*source, *template_of(*source, Openness::digits), *target));
  std::array<char, 1024> room;
  CHECK_FALSE(apply_edit("\x01Z", *source, *template_of(*source, Openness::digits), room));
  CHECK_FALSE(apply_edit("\x01", *source, *template_of(*source, Openness::digits), room));
}
