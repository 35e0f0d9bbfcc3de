#include "learn/baselines.h"

#include <catch2/catch.hpp>
#include <string>

#include "learn/popularity_counts.h"
#include "learn/successor_counts.h"

using namespace harbinger;

namespace {

constexpr UnixMillis kMinute = 60'000;

// Letters are resources. A session for each word, each of another client.
void learn(Baseline& baseline, std::initializer_list<std::string> sessions) {
  static ClientKey client = 1000;
  for (const auto& session : sessions) {
    ++client;
    UnixMillis at = 0;
    for (const char letter : session) baseline.learn(client, static_cast<std::uint64_t>(letter), at += 1000);
  }
}

// What a client that went `way` wants next, best first.
std::string after(Baseline& baseline, const std::string& way, std::size_t most = 3) {
  static ClientKey client = 1;
  ++client;
  UnixMillis at = 0;
  for (const char letter : way) baseline.follow(client, static_cast<std::uint64_t>(letter), at += 1000);
  std::vector<BaselineGuess> guesses(most);
  guesses.resize(baseline.predict(client, guesses));
  std::string letters;
  for (const auto& guess : guesses) letters += static_cast<char>(guess.resource);
  return letters;
}

}  // namespace

TEST_CASE("popularity ranks what is wanted most and leaves out where the client is") {
  const auto baseline = make_popularity();
  learn(*baseline, {"ab", "ab", "ac", "a"});
  CHECK(after(*baseline, "x") == "abc");
  CHECK(after(*baseline, "a") == "bc");
}

TEST_CASE("popularity follows a change of taste") {
  const auto baseline = make_popularity({.half_life = 10});
  for (int i = 0; i < 100; ++i) learn(*baseline, {"a"});
  for (int i = 0; i < 20; ++i) learn(*baseline, {"b"});
  CHECK(after(*baseline, "x", 1) == "b");
}

TEST_CASE("markov-1 ranks what followed the current resource and fills up with what is popular") {
  const auto baseline = make_markov1();
  learn(*baseline, {"ab", "ab", "ac", "zyzyz"});
  CHECK(after(*baseline, "a") == "bcz");
  std::array<BaselineGuess, 3> guesses;
  baseline->follow(7, 'a', 0);
  REQUIRE(baseline->predict(7, guesses) == 3);
  CHECK(guesses[0].probability == Approx(2.0 / 4));
  CHECK(guesses[1].probability == Approx(1.0 / 4));
  CHECK(guesses[2].probability == 0);
}

TEST_CASE("the dependency graph reaches over what lies between") {
  const auto baseline = make_dependency_graph();
  learn(*baseline, {"axb", "ayb", "azb"});
  CHECK(after(*baseline, "a", 1) == "b");
  const auto narrow = make_dependency_graph({}, 1);
  learn(*narrow, {"axb", "ayb", "azb"});
  CHECK(after(*narrow, "a", 1) == "x");
}

TEST_CASE("ppm-2 tells ways to one place apart and backs off where it knows none") {
  const auto baseline = make_ppm2();
  learn(*baseline, {"axb", "axb", "cxd", "cxd", "cxd"});
  CHECK(after(*baseline, "ax", 1) == "b");
  CHECK(after(*baseline, "cx", 1) == "d");
  CHECK(after(*baseline, "qx", 2) == "db");
}

TEST_CASE("a pause ends a session, a repeat does not move") {
  const auto baseline = make_markov1();
  baseline->learn(1, 'a', 0);
  baseline->learn(1, 'a', kMinute);
  baseline->learn(1, 'b', 2 * kMinute);                 // a then b
  baseline->learn(1, 'c', 2 * kMinute + 31 * kMinute);  // a new session
  baseline->learn(1, 'd', 33 * kMinute);                // and a clock that goes backwards is no pause
  CHECK(after(*baseline, "a", 1) == "b");
  std::array<BaselineGuess, 1> guess;
  baseline->follow(2, 'b', 0);
  REQUIRE(baseline->predict(2, guess) == 1);
  CHECK(guess[0].probability == 0);  // nothing followed b
  CHECK(after(*baseline, "c", 1) == "d");
}

TEST_CASE("a client that was never seen gets nothing") {
  std::array<BaselineGuess, 3> guesses;
  CHECK(make_ppm2()->predict(42, guesses) == 0);
}

TEST_CASE("following does not teach") {
  const auto baseline = make_markov1();
  for (int i = 0; i < 5; ++i) {
    baseline->follow(9, 'a', i);
    baseline->follow(9, 'b', i);
  }
  CHECK(after(*baseline, "a").empty());
}

TEST_CASE("clients that do not fit any more begin anew, and the others go on") {
  SessionTrails trails(8, kMinute);
  for (ClientKey client = 1; client <= 9; ++client) trails.move(client, 'a', static_cast<UnixMillis>(client));
  CHECK(trails.find(1) == nullptr);
  REQUIRE(trails.find(9) != nullptr);
  CHECK(trails.kind(9, 'b', 10) == SessionTrails::Move::onward);
  CHECK(trails.kind(1, 'b', 10) == SessionTrails::Move::first);
}

TEST_CASE("counts stay within their bounds and keep what is frequent") {
  SuccessorCounts counts(100, 4);
  PopularityCounts popularity(200, 1e6);
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    for (const auto context : {i, std::uint64_t{7}}) {
      counts.occurred(context);
      counts.add(context, context == 7 ? 8 : i + 1);
    }
    counts.add(7, i % 50 + 1);
    popularity.add(i);
    popularity.add(7);
    CHECK(counts.size() <= 100);
  }
  REQUIRE(counts.find(7) != nullptr);
  CHECK(counts.find(7)->successors.size() <= 4);
  CHECK(counts.find(7)->successors.front().resource == 8);
  CHECK(popularity.top().front().resource == 7);
  CHECK(popularity.top().size() == PopularityCounts::kTop);
}
