#include <catch2/catch.hpp>

#include <harbinger/place.h>

#include <cmath>

using namespace harbinger;

TEST_CASE("distances are great circles") {
  const Place berlin{.latitude = 5252, .longitude = 1340}, sydney{.latitude = -3387, .longitude = 15121};
  CHECK(distance_km(berlin, berlin) == Approx(0));
  CHECK(distance_km(berlin, sydney) == Approx(16'100).epsilon(0.01));
  CHECK(distance_km(sydney, berlin) == distance_km(berlin, sydney));
  CHECK(std::isnan(distance_km(berlin, Place{})));
}

TEST_CASE("a place as text tells what is known") {
  CHECK(to_string(Place{}) == "?");
  CHECK(to_string(Place{.latitude = 5252, .longitude = 1340, .country = {'D', 'E'}, .network = 3320}) ==
        "DE 52.52,13.40 AS3320");
}
