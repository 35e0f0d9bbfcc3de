#include "learn/sequence/soon_model.h"

#include <catch2/catch.hpp>

using namespace harbinger::sequence;

namespace {

constexpr unsigned kCell = 5;

/// A client at resource 1, and one candidate.
struct Scene {
  SoonModel soon;
  ClientTable clients{64};
  ClientState& client = clients.find_or_make(7, [](ClientState&) {});
  Candidates candidates;
  Candidate* candidate = nullptr;

  Scene() {
    client.push(1);
    candidates.begin(1);
    candidate = candidates.at(2);
    candidate->set(Term::order_1, kCell);
    candidate->next = 0.1f;
  }
  void say(float likely) {
    candidate->soon = likely;
    candidate->said = 0;
    soon.keep(candidates, client.length, clients, client);
  }
  float tries() const { return soon.evidence().cell(Term::order_1, kCell).tries; }
  float share() const { return static_cast<float>(soon.evidence().cell(Term::order_1, kCell).probability()); }
};

}  // namespace

TEST_CASE("what is said again is learnt from once, and anew when it is said to be likelier") {
  Scene scene;
  scene.say(0.5f);
  const float once = scene.tries();
  scene.say(0.5f);
  scene.say(0.4f);
  CHECK(scene.tries() == once);
  scene.say(0.6f);
  CHECK(scene.tries() == once + 1);
}

TEST_CASE("a guess that comes true is set right, and may be made again in the next session") {
  Scene scene;
  scene.say(0.5f);
  const float before = scene.share();
  const float tries = scene.tries();
  scene.soon.came(scene.client, 2);
  CHECK(scene.share() > before);
  scene.soon.ended(scene.client);
  scene.client.start_session();
  scene.say(0.5f);
  CHECK(scene.tries() == tries + 1);
}
