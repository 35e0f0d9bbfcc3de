// What a pool has learnt outlives the server, also where instances start otherwise than its settings say.
#include <catch2/catch.hpp>

#include "provision/pool_sizer.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;

TEST_CASE("what a pool learnt is taken back, though its instances start otherwise than its settings say") {
  const PoolSizer::Settings settings{.step = 1s, .start = 5s};
  const auto sizer = make_pool_sizer(settings);
  UnixMillis at = 1'700'000'000'000;
  for (int i = 0; i < 200; ++i) {
    sizer->started(9s);
    sizer->arrived(4, 0);
    sizer->step(at += 1000);
  }
  const auto again = make_pool_sizer(settings);
  REQUIRE(again->load(sizer->save()));
  again->step(at += 1000);
  CHECK(again->target().mean == Approx(sizer->target().mean).epsilon(0.2));
}
