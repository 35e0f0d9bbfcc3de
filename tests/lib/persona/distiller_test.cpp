#include "persona/distiller.h"

#include <catch2/catch.hpp>

#include <tests/support/persona_fakes.h>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;
constexpr std::uint8_t kRareTarget = 10, kNextTarget = 20;

struct Distilling {
  std::shared_ptr<test::NetworkDiary> diary = std::make_shared<test::NetworkDiary>();
  test::PlainNetwork network{diary};
  Distiller distiller;
  ClientKey turn = 0;

  // Clients take turns, unless one is said.
  void note(std::string_view resource, std::uint8_t target, PersonaId persona = 1, ClientKey client = 0) {
    std::array<float, kHidden> hidden{};
    hidden[1] = target;
    BehaviourEvent act;
    act.client = client ? client : 1 + turn++ % 2;
    act.at = kNow;
    act.resource = resource;
    distiller.note(act, target, persona, hidden);
  }
  std::vector<PersonaUpdate::Successors> distil(UnixMillis now = kNow) {
    std::vector<PersonaUpdate::Successors> out;
    distiller.distil(network, now, out);
    return out;
  }
};

}  // namespace

TEST_CASE("what the network expects after a rare resource is said as resources, likeliest first") {
  Distilling bench;
  bench.diary->next[kRareTarget] = kNextTarget;
  for (int i = 0; i < 30; ++i) bench.note("often.example", kNextTarget);
  for (int i = 0; i < 10; ++i) bench.note("less.example", kNextTarget);
  bench.distil();
  bench.note("rare.example", kRareTarget, 3);
  CHECK(bench.distil().empty());  // seen once: perhaps never again
  bench.note("rare.example", kRareTarget, 3);
  const auto told = bench.distil();
  REQUIRE(told.size() == 1);
  CHECK(told[0].context == "rare.example");
  CHECK(told[0].persona == 3);
  REQUIRE(told[0].next.size() == 2);
  CHECK(told[0].next[0].first == "often.example");
  CHECK(told[0].next[0].second == Approx(0.7 * 30 / 40).epsilon(0.01));
  CHECK(told[0].next[1].first == "less.example");
}

TEST_CASE("a resource that one client alone wanted is not told of, until a second one wanted it") {
  Distilling bench;
  bench.diary->next[kRareTarget] = kNextTarget;
  for (int i = 0; i < 30; ++i) bench.note("private.example", kNextTarget, 1, 7);
  const auto told_behind = [&](std::string_view rare) {
    for (int i = 0; i < 2; ++i) bench.note(rare, kRareTarget);
    return bench.distil();
  };
  CHECK(told_behind("rare.example").empty());
  bench.note("private.example", kNextTarget, 1, 8);
  const auto told = told_behind("rarer.example");
  REQUIRE(told.size() == 1);
  CHECK(told[0].next[0].first == "private.example");
}

TEST_CASE("a context is told of once in a while, and frequent ones never") {
  Distilling bench;
  bench.diary->next[kRareTarget] = kNextTarget;
  for (int i = 0; i < 30; ++i) bench.note("often.example", kNextTarget);
  const auto rare_again = [&] {
    bench.note("rare.example", kRareTarget);
    return bench.distil(kNow + 1000).size();
  };
  bench.note("rare.example", kRareTarget);
  CHECK(rare_again() == 1);
  CHECK(rare_again() == 0);
  for (int i = 0; i < 30; ++i) bench.note("rare.example", kRareTarget);
  CHECK(bench.distil(kNow + 3'600'000).empty());
}

TEST_CASE("a bounded number of contexts is told of at once") {
  Distilling bench;
  bench.diary->next[kRareTarget] = kNextTarget;
  for (int i = 0; i < 30; ++i) bench.note("often.example", kNextTarget);
  for (int i = 0; i < 500; ++i) {
    const auto name = "rare" + std::to_string(i) + ".example";
    bench.note(name, kRareTarget);
    bench.note(name, kRareTarget);
  }
  CHECK(bench.distil().size() <= Distiller::kMostAtOnce);
}

TEST_CASE("a network that expects nothing in particular is not heard") {
  Distilling bench;
  for (int i = 0; i < 30; ++i) bench.note("often.example", kNextTarget);
  bench.note("rare.example", kRareTarget);
  bench.note("rare.example", kRareTarget);
  CHECK(bench.distil().empty());
}
