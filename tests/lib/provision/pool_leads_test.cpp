// What comes before arrivals is found, used, and left alone where it tells nothing.
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>

#include "tests/lib/provision/pool_play.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;
using harbinger::test::Counts;
using harbinger::test::PoolPlay;

namespace {

enum class Lead { none, true_one, useless };

// Clients whose number changes all the time, ten seconds or so after their queries.
PoolPlay play_with(Lead lead) {
  PoolPlay play({.step = 1s, .start = 5s, .hit_rate = 0.97}, 5);
  Counts counts, others;
  std::deque<double> coming(40);
  double mood = 0;
  for (int i = 0; i < 16'000; ++i) {
    mood += -mood / 30 + 0.25 * (counts.share() - 0.5) * 2;
    const double queries = counts.poisson(3 * std::exp(mood));
    for (double left = queries; left > 0; --left) ++coming[8 + static_cast<std::size_t>(5 * counts.share())];
    const double arrived = coming.front();
    coming.pop_front();
    coming.push_back(0);
    if (i == 6000) play.judge_from_here();
    play.step(arrived, lead == Lead::none ? 0 : lead == Lead::true_one ? queries : others.poisson(3));
  }
  return play;
}

double weights_of_leads(const PoolPlay& play) {
  double sum = 0;
  for (const auto& term : play.sizer->explain())
    if (term.name.starts_with("lead ")) sum += term.value;
  return sum;
}

}  // namespace

TEST_CASE("a lead is learnt: as many find an instance, with fewer idle ones") {
  const auto with = play_with(Lead::true_one), without = play_with(Lead::none);
  CAPTURE(with.idle_per_served(), without.idle_per_served());
  CHECK(with.hit() == Approx(0.97).margin(0.01));
  CHECK(without.hit() == Approx(0.97).margin(0.01));
  CHECK(with.idle_per_served() < 0.7 * without.idle_per_served());
  CHECK(weights_of_leads(with) > 0.5);
  // All of those whose query is 7 to 12 s old arrive within the next 6 s, or have.
  CHECK(with.term("lead 0 of 4.0..7.0 s ago, weight") > 0.4);
}

TEST_CASE("a lead that tells nothing costs nothing") {
  const auto useless = play_with(Lead::useless), without = play_with(Lead::none);
  CHECK(useless.hit() == Approx(0.97).margin(0.01));
  CHECK(useless.idle_per_served() < 1.03 * without.idle_per_served());
  CHECK(weights_of_leads(useless) < 0.1);
}
