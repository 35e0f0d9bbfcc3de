#include "plugins/mirroring/names.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::mirroring;

namespace {

const std::vector<std::string> kTemplates{"{resource}.video.example",
                                          "{resource}.{type}.video.example",
                                          "{word*}.video.example",
                                          "{resource}.static.{app}.example",
                                          "{resource}.fra.{app}.video.example",
                                          "www.video.example",
                                          "Video.Example.",
                                          "{resource}"};
const std::vector<std::string> kNames{"film.video.example.",
                                      "FILM.Video.EXAMPLE.",
                                      "film.hd.video.example.",
                                      "video.example.",
                                      "example.",
                                      ".",
                                      "www.video.example.",
                                      "film.audio.example.",
                                      "film.static.shop.example.",
                                      "film.fra.shop.video.example.",
                                      "a.b.c.d.video.example.",
                                      "film.video.example.org.",
                                      "filmvideo.example.",
                                      "film\\.video.example.",
                                      "x.xvideo.example.",
                                      "film."};

}  // namespace

TEST_CASE("a name may be mirrored exactly when its template says so, however it is written") {
  for (const auto& text : kTemplates) {
    MirroredNames names;
    REQUIRE(names.add(text));
    const auto parsed = steer::NameTemplate::parse(text).value();
    for (const auto& name : kNames) {
      INFO(text << " and " << name);
      steer::NameTemplate::Fields fields;
      CHECK(names.match(Name::parse(name).value()) == parsed.match(Name::parse(name).value(), fields));
    }
  }
}

TEST_CASE("one of several templates is enough, and without any nothing may be mirrored") {
  MirroredNames names;
  const auto film = Name::parse("film.video.example.").value();
  CHECK_FALSE(names.match(film));
  REQUIRE(names.add("{resource}.audio.example"));
  CHECK_FALSE(names.match(film));
  REQUIRE(names.add("{resource}.video.example"));
  CHECK(names.match(film));
}

TEST_CASE("a template that is none is refused with what would be right") {
  MirroredNames names;
  CHECK_THAT(names.add("{resource.video.example").error().message, Catch::Contains("a brace is closed"));
}
