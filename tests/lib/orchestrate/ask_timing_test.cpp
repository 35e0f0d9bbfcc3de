#include "orchestrate/ask_timing.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace harbinger;
using namespace harbinger::orchestrate;

namespace {

constexpr double kHorizon = 300'000;
constexpr UserAttributes kAnybody{};

struct Crowd {
  NeedSituation situation(ActorKey actor) { return {actor, &users[actor], &kAnybody, {}, now}; }
  void act(ActorKey actor, std::string_view verb) {
    Activity activity;
    activity.verb = verb;
    users[actor].acted(activity, now);
    timing.seen(situation(actor));
  }
  void ask(ActorKey actor) {
    timing.asked(actor, now);
    users[actor].asked_for({}, now);
  }
  AskTiming timing{kHorizon};
  std::array<NeedUser, 64> users{};
  UnixMillis now = 1'700'000'000'000;
};

}  // namespace

TEST_CASE("a user asks a minute after a certain act, and it is said so") {
  Crowd crowd;
  std::mt19937 random(3);
  for (int round = 0; round < 400; ++round) {
    const ActorKey user = 1 + random() % 20;
    const bool prepares = random() % 2 == 0;
    crowd.act(user, prepares ? "prepare" : "browse");
    crowd.now += 60'000;
    if (prepares) crowd.ask(user);
    crowd.now += 5'000'000;
    crowd.timing.passed(crowd.now);
  }
  crowd.act(1, "prepare");
  const auto soon = crowd.timing.outlook(crowd.situation(1));
  CHECK(soon.within > 0.9F);
  CHECK(soon.usually_ms > 30'000);
  CHECK(soon.usually_ms < 100'000);
  crowd.act(2, "browse");
  CHECK(crowd.timing.outlook(crowd.situation(2)).within < 0.1F);
}

TEST_CASE("one ask tells of several looks at the user, and none of them is judged by another") {
  // Asks come at any time, alike for all. Looks at one user end together; if they taught one another, some would seem to know more.
  Crowd crowd;
  std::mt19937 random(8);
  double stated = 0, squares = 0, looks = 0, came = 0;
  std::array<std::vector<UnixMillis>, 64> open{};
  for (int step = 0; step < 12'000; ++step, crowd.now += 20'000) {
    crowd.timing.passed(crowd.now);
    const ActorKey user = 1 + random() % 8;
    if (random() % 5 == 0) {
      crowd.ask(user);
      for (const auto at : open[user]) came += crowd.now - at <= kHorizon ? 1 : 0;
      open[user].clear();
    } else {
      crowd.act(user, "look");
    }
    if (step < 4'000) continue;
    const ActorKey other = 1 + random() % 8;
    const float within = crowd.timing.outlook(crowd.situation(other)).within;
    stated += within, squares += within * within, looks += 1;
    open[other].push_back(crowd.now);
  }
  const double mean = stated / looks;
  CHECK(mean == Approx(came / looks).margin(0.04));
  CHECK(std::sqrt(squares / looks - mean * mean) < 0.08);
}

TEST_CASE("what is awaited is bounded, and ends") {
  Crowd crowd;
  for (ActorKey actor = 1; actor <= 200'000; ++actor) {
    NeedUser user;
    user.last_act = crowd.now;
    crowd.timing.seen({actor, &user, &kAnybody, {}, crowd.now});
  }
  CHECK(crowd.timing.pending() <= AskTiming::kMostPending);
  CHECK(crowd.timing.pending() > AskTiming::kMostPending / 2);
  crowd.timing.passed(crowd.now + static_cast<UnixMillis>(9 * kHorizon));
  CHECK(crowd.timing.pending() == 0);
  for (int i = 0; i < 100; ++i) crowd.act(5, "again");
  CHECK(crowd.timing.pending() == AskTiming::kMostOfUser);
}
