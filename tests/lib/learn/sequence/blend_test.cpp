#include "learn/sequence/blend.h"

#include <catch2/catch.hpp>

#include <memory>

using namespace harbinger;
using namespace harbinger::sequence;

namespace {

/// Two candidates, one that followed the present resource and one that rules speak for.
struct Choice {
  Candidates candidates;
  Candidate* followed = nullptr;
  Candidate* by_rule = nullptr;

  explicit Choice(PersonaId persona) {
    candidates.begin(1);
    candidates.persona = persona;
    followed = candidates.at(2);
    by_rule = candidates.at(3);
    followed->set(Term::order_1, 1);
    by_rule->set(Term::rules, 1);
  }
};

}  // namespace

TEST_CASE("blend believes for each persona what comes true for it") {
  constexpr PersonaId kCrawler = 1, kReader = 2;
  auto blend = std::make_unique<Blend>();
  Evidence evidence;
  for (int i = 0; i < 2000; ++i) {
    Choice choice(i % 2 ? kCrawler : kReader);
    blend->weigh(choice.candidates, evidence);
    blend->learn(choice.candidates, i % 2 ? choice.by_rule : choice.followed, evidence);
  }
  Choice crawler(kCrawler), reader(kReader), nobody(0);
  for (auto* choice : {&crawler, &reader, &nobody}) blend->weigh(choice->candidates, evidence);
  CHECK(crawler.by_rule->next > 1.5f * crawler.followed->next);
  CHECK(reader.followed->next > 1.5f * reader.by_rule->next);
  CHECK(nobody.followed->next < 1.5f * nobody.by_rule->next);
  CHECK(nobody.by_rule->next < 1.5f * nobody.followed->next);
}
