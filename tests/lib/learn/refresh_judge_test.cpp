#include "learn/refresh_judge.h"

#include <catch2/catch.hpp>

#include <random>

namespace harbinger {
namespace {

constexpr auto kReason = RefreshPlanner::Reason::follower;

RefreshRecord record_with(std::uint32_t ttl_s) {
  RefreshRecord record;
  record.full_ttl_s = ttl_s;
  record.type = 1;
  return record;
}

TEST_CASE("what comes true follows the evidence, not what the reason claims") {
  RefreshJudge judge;
  const auto record = record_with(60);
  Situation lately{.rhythm = 0.5, .specific = 0.5, .age_s = 20, .idle_s = 1, .own_age_s = 10};
  Situation long_ago{.rhythm = 0.5, .specific = 0.5, .age_s = 20, .idle_s = 1, .own_age_s = 1000};
  std::mt19937 chance(1);
  std::uniform_real_distribution<> unit;
  for (int i = 0; i < 4000; ++i) {
    judge.learn(kReason, RefreshJudge::signs(record, lately), unit(chance) < 0.1);
    judge.learn(kReason, RefreshJudge::signs(record, long_ago), unit(chance) < 0.8);
  }
  CHECK(judge.probability(kReason, RefreshJudge::signs(record, lately)) == Approx(0.1).margin(0.05));
  CHECK(judge.probability(kReason, RefreshJudge::signs(record, long_ago)) == Approx(0.8).margin(0.05));
}

TEST_CASE("each reason is judged by its own record") {
  RefreshJudge judge;
  const Signs signs = RefreshJudge::signs(record_with(60), {.rhythm = 0.5, .specific = 0.5});
  const double before = judge.probability(RefreshPlanner::Reason::periodic, signs);
  for (int i = 0; i < 500; ++i) judge.learn(kReason, signs, false);
  CHECK(judge.probability(kReason, signs) < 0.05);
  CHECK(judge.probability(RefreshPlanner::Reason::periodic, signs) == before);
}

TEST_CASE("a sign without meaning does not sway a judgement") {
  RefreshJudge judge;
  std::mt19937 chance(2);
  std::uniform_real_distribution<> unit;
  const auto signs = [](std::uint8_t zone) {
    auto record = record_with(300);
    record.zone = zone;
    return RefreshJudge::signs(record, {.rhythm = 0.3, .specific = 0.3});
  };
  for (int i = 0; i < 20'000; ++i) judge.learn(kReason, signs(static_cast<std::uint8_t>(i % 50)), unit(chance) < 0.3);
  for (std::uint8_t zone = 0; zone < 50; ++zone) {
    CHECK(judge.probability(kReason, signs(zone)) == Approx(0.3).margin(0.08));
  }
}

}  // namespace
}  // namespace harbinger
