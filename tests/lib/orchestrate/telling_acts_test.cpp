#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "orchestrate/telling_acts.h"
#include "provision/state_octets.h"

using namespace harbinger;
using namespace harbinger::orchestrate;

namespace {

// Trails of common acts, with one that tells which of two needs comes somewhere between them.
class Users {
 public:
  explicit Users(std::size_t common) : common_(common) {}

  ActTrail trail(std::uint16_t tells) {
    ActTrail trail{};
    const std::size_t length = 8 + numbers_() % 6;
    for (std::size_t i = 0; i < length; ++i) trail[i] = static_cast<std::uint16_t>(1 + numbers_() % common_);
    trail[at_ = 3 + numbers_() % 5] = tells;
    return trail;
  }
  void teach(TellingActs& acts, int times) {
    for (int i = 0; i < times; ++i) {
      const bool one = numbers_() % 2 == 0;
      acts.learn(trail(one ? 100 : 200), one ? 11 : 22);
    }
  }
  std::size_t at() const { return at_; }  // where the last trail has the act that tells

 private:
  std::mt19937 numbers_{9};  // NOLINT(cert-msc51-cpp)
  std::size_t common_, at_ = 0;
};

}  // namespace

TEST_CASE("of many acts the one is found that tells what is asked for, wherever it is") {
  TellingActs acts;
  Users users(12);
  CHECK(acts.most_telling(users.trail(100)) == ActTrail{}.size());  // nothing was learnt yet
  users.teach(acts, 400);
  for (int i = 0; i < 50; ++i) {
    const auto trail = users.trail(i % 2 == 0 ? 100 : 200);
    CHECK(acts.most_telling(trail) == users.at());
  }
}

TEST_CASE("acts that everybody does, and acts that were seen a few times, tell nothing") {
  TellingActs acts;
  Users users(12);
  users.teach(acts, 400);
  ActTrail common{};
  for (std::size_t i = 0; i < 10; ++i) common[i] = static_cast<std::uint16_t>(1 + i);
  CHECK(acts.most_telling(common) == common.size());
  // Once is no proof, although what came then came ever after.
  acts.learn({300}, 11);
  CHECK(acts.most_telling({300}) == common.size());
  CHECK(acts.most_telling({}) == common.size());
}

TEST_CASE("what tells is known again after a restart, and numbers that cannot be are refused") {
  TellingActs acts;
  Users users(5);
  users.teach(acts, 300);
  provision::StateWriter writer;
  acts.state(writer);
  const auto octets = writer.octets();
  TellingActs read;
  provision::StateReader reader(octets);
  read.state(reader);
  REQUIRE(reader.fine());
  CHECK(reader.left() == 0);
  REQUIRE(read.restored());
  for (int i = 0; i < 20; ++i) {
    const auto trail = users.trail(200);
    CHECK(read.most_telling(trail) == acts.most_telling(trail));
  }
  auto damaged = octets;
  damaged[7] = 0xC0;  // the first count of all is below nothing
  TellingActs wrong;
  provision::StateReader again(damaged);
  wrong.state(again);
  CHECK_FALSE(wrong.restored());
}
