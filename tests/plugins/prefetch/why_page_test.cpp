#include <catch2/catch.hpp>

#include "plugins/prefetch/why_page.h"

using namespace harbinger;
using namespace harbinger::prefetch;

namespace {

WhyReport report() {
  WhyReport made;
  made.name = "b.example";
  made.client = "192.0.2.1";
  made.mode = "on";
  made.current = "a.example";
  made.why.explanation.recent = {"a.example", "evil\n\"name\".example"};
  made.why.explanation.terms = {{"order 1", "a.example", 12.5, 0.8, 0.25}};
  made.why.explanation.guess = {7, 0.75f, 0.9f, 1500};
  made.why.likeliest = {{"b.example", made.why.explanation.guess}};
  made.choice.count = 2;
  made.choice.candidates[0].successor = {"b.example", 0.75f, 0.9f, 0, 1500};
  made.choice.candidates[1].successor = {"logout.example", 0.5f, 0.6f, 0, 0};
  made.choice.candidates[1].held = Held::skipped;
  made.state.judged = 1000;
  made.state.model_rate = 0.5;
  made.state.markov_rate = 0.25;
  return made;
}

}  // namespace

TEST_CASE("the page tells facts, terms, result, what was held back and how good the model is") {
  const auto text = as_text(report());
  for (const std::string part :
       {"resource: b.example", "client: 192.0.2.1", "order 1: a.example; evidence 12.50, says 0.8000, weight 0.250",
        "next 0.7500, soon 0.9000, usually in 1500 ms", "b.example: soon 0.9000, hinted",
        "logout.example: soon 0.6000, held back: skipped", "50.0 % of 1000 steps", "Markov chain in 25.0 %"})
    CHECK_THAT(text, Catch::Contains(part));
}

TEST_CASE("names on the page cannot forge lines or JSON") {
  CHECK_THAT(as_text(report()), !Catch::Contains("evil\n"));
  const auto json = as_json(report());
  CHECK_THAT(json, Catch::Contains("evil\\u000a\\\"name\\\".example"));
  CHECK(std::count(json.begin(), json.end(), '\n') == 1);
}
