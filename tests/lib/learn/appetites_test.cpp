#include "learn/appetites.h"

#include <catch2/catch.hpp>

using namespace harbinger;

TEST_CASE("what is expected of a client at a fragment is told for that client and that fragment only") {
  Appetites appetites;
  appetites.expect(7, resource_hash("seg-6"), 0.25);
  CHECK(appetites.after(7, resource_hash("seg-6")) == Approx(0.25).margin(0.001));
  CHECK(appetites.after(8, resource_hash("seg-6")) == 1);
  CHECK(appetites.after(7, resource_hash("seg-7")) == 1);
}

TEST_CASE("the latest expectation holds") {
  Appetites appetites;
  appetites.expect(7, 1, 0.9);
  appetites.expect(7, 1, 0.0);
  CHECK(appetites.after(7, 1) == 0);
}
