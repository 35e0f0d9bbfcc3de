#include "mirror/event_board.h"

#include <catch2/catch.hpp>

using namespace harbinger::mirror;

TEST_CASE("an event is of use when somebody who listens says so, and nobody hears after their end") {
  EventBoard board;
  CHECK_FALSE(board.post({.tag = "premiere"}));
  std::vector<std::string> heard;
  auto films = board.listen([&](const ExternalEvent& event) {
    heard.push_back(event.tag);
    return event.resources.ends_with(".video.example.org");
  });
  const auto nobody = board.listen([](const ExternalEvent&) { return false; });
  CHECK(board.post({.tag = "premiere", .resources = "*.video.example.org"}));
  CHECK_FALSE(board.post({.tag = "release", .resources = "*.dl.example.org"}));
  CHECK(heard == std::vector<std::string>{"premiere", "release"});
  films.reset();
  CHECK_FALSE(board.post({.tag = "premiere", .resources = "*.video.example.org"}));
  CHECK(heard.size() == 2);
}
