#include "steer/endpoint_book.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::steer;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Witness = EndpointBook::Witness;

namespace {

struct Book {
  FakeClock clock;
  EndpointBook book{clock};

  std::shared_ptr<void> define(std::string name, std::string cluster = {}) {
    return book
        .define({.name = std::move(name), .addresses = {*IpAddress::parse("192.0.2.1")}, .cluster = std::move(cluster)})
        .value();
  }
  bool up(EndpointId id) { return book.state_of(id)->up; }
};

}  // namespace

TEST_CASE("an endpoint is there while its definition is, keeps its number, and the newest definition holds") {
  Book all;
  auto first = all.define("a", "old");
  const auto other = all.define("b");
  const auto id = all.book.id_of("a");
  auto second = all.define("a", "new");
  CHECK(all.book.entries().size() == 2);
  CHECK(all.book.entries()[0].endpoint.cluster == "new");
  CHECK(all.book.in_cluster("new").size() == 1);
  second.reset();
  CHECK(all.book.entries()[0].endpoint.cluster == "old");
  first.reset();
  CHECK(all.book.entries().size() == 1);
  first = all.define("a");
  CHECK(all.book.id_of("a") == id);
}

TEST_CASE("an endpoint is down for as long as one of those is there who say so, and each takes back its own") {
  Book all;
  const auto defined = all.define("a");
  const auto id = *all.book.id_of("a");
  auto first = all.book.say_down("a", Witness::probe, "refused");
  auto second = all.book.say_down("a", Witness::probe, "status 503");
  CHECK(all.book.says_down("a", Witness::probe));
  CHECK_FALSE(all.book.says_down("a", Witness::feed));
  CHECK(all.book.entries().front().testimonies.size() == 2);
  first.reset();
  CHECK_FALSE(all.up(id));
  CHECK(all.book.state_of(id)->why == "status 503");
  second.reset();
  CHECK(all.up(id));
  CHECK_FALSE(all.book.says_down("a", Witness::probe));
}

TEST_CASE("who said that an endpoint is down may outlive the book") {
  std::shared_ptr<void> said;
  {
    Book all;
    said = all.book.say_down("a", Witness::probe, "refused");
  }
  said.reset();
}

TEST_CASE("an endpoint is down while one witness says so, and what was said for a while is forgotten") {
  Book all;
  const auto defined = all.define("a");
  const auto id = *all.book.id_of("a");
  all.book.say_up("a", Witness::probe, false, "connection refused");
  all.book.say_up("a", Witness::session, true, "here");
  CHECK_FALSE(all.up(id));
  CHECK(all.book.state_of(id)->why == "connection refused");
  all.book.say_up("a", Witness::probe, true, "ok");
  CHECK(all.up(id));
  all.book.say_up("a", Witness::feed, false, "maintenance", all.clock.now() + 30s);
  REQUIRE(all.book.say_load("a", 0.5, all.clock.now() + 30s));
  all.clock.advance(29s);
  all.book.tick();
  CHECK_FALSE(all.up(id));
  CHECK(all.book.state_of(id)->load == 0.5f);
  all.clock.advance(2s);
  all.book.tick();
  CHECK(all.up(id));
  CHECK(std::isnan(all.book.state_of(id)->load));
}

TEST_CASE("what is said of an endpoint that nobody defined yet waits for it") {
  Book all;
  all.book.say_up("later", Witness::feed, false, "not yet");
  const auto defined = all.define("later");
  CHECK_FALSE(all.book.entries()[0].state.up);
}

TEST_CASE("listeners hear of changes, urgent when an endpoint goes up or down, and not after their handle") {
  Book all;
  std::vector<EndpointBook::Change> heard;
  auto handle = all.book.listen([&](const auto& change) { heard.push_back(change); });
  const auto defined = all.define("a");
  all.book.say_up("a", Witness::probe, true, "ok");
  REQUIRE(heard.size() == 1);
  CHECK_FALSE(heard[0].urgent);
  all.book.say_up("a", Witness::probe, false, "timeout");
  REQUIRE(heard.size() == 2);
  CHECK(heard[1].urgent);
  CHECK_FALSE(heard[1].up);
  handle.reset();
  all.book.say_up("a", Witness::probe, true, "ok");
  CHECK(heard.size() == 2);
}

TEST_CASE("facts that cannot be are refused with what would be right") {
  Book all;
  const auto fault = [&](Endpoint endpoint) {
    const auto defined = all.book.define(std::move(endpoint));
    return defined ? std::string() : defined.error().message;
  };
  const std::vector addresses{*IpAddress::parse("192.0.2.1")};
  CHECK_THAT(fault({.name = "a b", .addresses = addresses}), Contains("letters, digits"));
  CHECK_THAT(fault({.name = "a"}), Contains("an address or a target"));
  CHECK_THAT(fault({.name = "a", .addresses = addresses, .weight = -1}), Contains("weight"));
  CHECK_THAT(fault({.name = "a", .addresses = addresses, .cost = HUGE_VAL}), Contains("cost"));
  CHECK_FALSE(all.book.say_load("a", NAN));
  CHECK_FALSE(all.book.say_load("a", -0.1));
}

TEST_CASE("there is an end to names") {
  Book all;
  for (std::size_t i = 0; i <= kMostEndpoints; ++i) all.book.say_up("n" + std::to_string(i), Witness::feed, true, "");
  CHECK(all.book.define({.name = "one-more", .addresses = {*IpAddress::parse("192.0.2.1")}}).error().code ==
        ErrorCode::too_large);
}
