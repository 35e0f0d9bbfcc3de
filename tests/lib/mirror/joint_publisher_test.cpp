#include <catch2/catch.hpp>

#include "mirror/joint_publisher.h"
#include "tests/lib/mirror/desk_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;

namespace {

// A share that answers as a test wants.
struct MoodyShare final : MirrorShare {
  Result<void> mood{};
  bool owns(std::uint64_t, std::string_view, Duration) const override { return true; }
  void write(const Publication&, Publisher::Done done) override { done(mood); }
  std::vector<Publication> published() const override { return {}; }
  std::shared_ptr<void> listen(std::function<void(const Publication&)>) override { return {}; }
  std::uint64_t next_version(std::uint64_t, std::string_view) const override { return 1; }
  void tell(std::vector<SharedForecast>) override {}
  std::optional<SharedForecast> forecast(std::uint64_t, std::string_view) const override { return {}; }
  State state() const override { return {}; }
};

struct Joint {
  FakeClock clock;
  MoodyShare share;
  OwnAnswers own{clock, {}};
  JointPublisher joint{share, own, nullptr};
  std::uint64_t version = 0;

  Result<void> say(std::vector<Publication::At> servers) {
    Result<void> heard = fail(ErrorCode::internal, "it never said so");
    joint.publish({.resource = "film.example", .cluster = "fra", .servers = std::move(servers), .version = ++version},
                  [&](Result<void> outcome) { heard = std::move(outcome); });
    return heard;
  }
  std::string told() const {
    std::string all;
    if (const auto found = own.find("film.example", "fra"))
      for (const auto& each : found->servers) all += each.server;
    return all;
  }
};

}  // namespace

TEST_CASE("nothing new is in our answers while the share is away, and what is gone is out of them") {
  Joint joint;
  REQUIRE(joint.say({at("a"), at("b")}));
  joint.share.mood = fail(ErrorCode::unreachable, "Redis is away");
  CHECK_FALSE(joint.say({at("a"), at("b"), at("c")}));
  CHECK(joint.told() == "ab");
  CHECK_FALSE(joint.say({at("b"), at("c")}));  // a died, and c is new
  CHECK(joint.told() == "b");
  CHECK_FALSE(joint.say({at("c")}));
  CHECK(joint.told() == "");
  joint.share.mood = {};
  REQUIRE(joint.say({at("c")}));
  CHECK(joint.told() == "c");
}

TEST_CASE("what another server decides about is left as it is") {
  Joint joint;
  REQUIRE(joint.say({at("a")}));
  joint.share.mood = fail(ErrorCode::conflict, "there is a later one");
  CHECK_FALSE(joint.say({}));
  CHECK(joint.told() == "a");
}
