#include <catch2/catch.hpp>

#include "persona/circuit.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace std::chrono_literals;

TEST_CASE("a circuit opens after failures in a row, and lets one call through after a while") {
  FakeClock clock;
  Circuit circuit({.failures = 3, .pause = 1s, .longest = 4s});
  circuit.failed(clock.now());
  circuit.failed(clock.now());
  circuit.succeeded();
  circuit.failed(clock.now());
  circuit.failed(clock.now());
  CHECK(circuit.allows(clock.now()));
  circuit.failed(clock.now());
  CHECK_FALSE(circuit.allows(clock.now()));
  clock.advance(1s);
  REQUIRE(circuit.allows(clock.now()));
  circuit.called();
  CHECK_FALSE(circuit.allows(clock.now()));
  circuit.succeeded();
  CHECK(circuit.state() == Circuit::State::closed);
}

TEST_CASE("each vain attempt doubles the pause, up to the longest; a success makes it short again") {
  FakeClock clock;
  Circuit circuit({.failures = 1, .pause = 1s, .longest = 4s});
  circuit.failed(clock.now());
  for (const auto pause : {1s, 2s, 4s, 4s}) {
    clock.advance(pause - 1ms);
    CHECK_FALSE(circuit.allows(clock.now()));
    clock.advance(1ms);
    REQUIRE(circuit.allows(clock.now()));
    circuit.called();
    circuit.failed(clock.now());
  }
  clock.advance(4s);
  REQUIRE(circuit.allows(clock.now()));
  circuit.called();
  circuit.succeeded();
  circuit.failed(clock.now());
  clock.advance(1s);
  CHECK(circuit.allows(clock.now()));
}
