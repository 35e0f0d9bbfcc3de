#include <cmath>

#include <catch2/catch.hpp>

#include "orchestrate/act_reader.h"
#include "orchestrate/act_tokens.h"
#include "orchestrate/attribute_rules.h"
#include "orchestrate/logistic.h"

using namespace harbinger;
using namespace harbinger::orchestrate;

TEST_CASE("patterns meet where some text fits both") {
  CHECK(patterns_meet("", "abc"));
  CHECK(patterns_meet("abc", "abc"));
  CHECK_FALSE(patterns_meet("abc", "abd"));
  CHECK(patterns_meet("a*", "*c"));
  CHECK(patterns_meet("a*c", "ac"));
  CHECK(patterns_meet("*b*", "a*c"));
  CHECK_FALSE(patterns_meet("a*", "b*"));
  CHECK_FALSE(patterns_meet("*a", "*b"));
  CHECK(patterns_meet("**", "x"));
  CHECK_FALSE(patterns_meet("a*b", "a"));
}

TEST_CASE("signs of an act have numbers of their own, and what is not told has none") {
  Activity act;
  act.actor = 1;
  act.at = 1000;
  act.verb = "Get";
  act.kind = "images";
  const auto first = known_act(act, nullptr, 0);
  act.at = 3000;
  act.latency_ms = 100;
  const auto second = known_act(act, &first, 1000);
  CHECK(first.gap == 0);
  CHECK(first.repeats == 0);
  CHECK(second.repeats == 1);
  CHECK(gap_span(second.gap).from <= 2000);
  CHECK(gap_span(second.gap).to > 2000);
  CHECK(latency_span(second.latency).from <= 100);
  CHECK(latency_span(second.latency).to > 100);
  CHECK(tokens_of(second).count == tokens_of(first).count + 3);
  for (const auto token : tokens_of(second)) {
    const auto [sign, bucket] = place_of(token);
    CHECK(token_of(sign, bucket) == token);
    CHECK(second.bucket(sign) == bucket);
  }
}

TEST_CASE("logistic regression finds what tells classes apart, though some labels are wrong") {
  SparseRows rows;
  std::vector<std::uint8_t> classes;
  for (std::uint32_t i = 0; i < 60; ++i) {
    rows.add(i % 3, 1);
    rows.add(3 + i % 7, 1);
    rows.end_row();
    classes.push_back(static_cast<std::uint8_t>(i % 20 == 0 ? (i + 1) % 3 : i % 3));
  }
  LogisticSettings settings;
  settings.columns = 10;
  settings.classes = 3;
  const auto weights = fit_logistic(rows, classes, settings);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t other = 0; other < 3; ++other)
      if (c != other) CHECK(weights[c * 3 + c] > weights[c * 3 + other] + 0.5F);
  std::array<float, 3> sums{};
  logistic_sums(rows, 1, weights, sums);
  softmax(sums);
  CHECK(sums[1] > 0.6F);
  CHECK(sums[0] + sums[1] + sums[2] == Approx(1));
}

TEST_CASE("the network reads an act as a name of verb, kind and source, of two labels as its site") {
  Activity act;
  act.actor = 9;
  act.at = 5;
  act.verb = "v1.Get";
  act.kind = "images";
  act.source = "cloudtrail";
  act.outcome = ActivityOutcome::denied;
  std::string text;
  const auto event = event_of(act, text);
  CHECK(event.resource == "v1-Get.images.cloudtrail");
  CHECK(persona::site_of(event.resource) == "images.cloudtrail");
  CHECK(event.outcome == Outcome::refused);
  CHECK(event.client == 9);
  const std::string huge(10'000, 'x');
  act.verb = act.kind = act.source = huge;
  CHECK(event_of(act, text).resource.size() <= BehaviourEvent::kMostText);
}
