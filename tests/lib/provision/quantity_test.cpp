#include "provision/quantity.h"

#include <catch2/catch.hpp>

using namespace harbinger::provision;

TEST_CASE("amounts of Kubernetes are read with their suffixes, and written as it writes them") {
  CHECK(read_quantity("250m").value() == Approx(0.25));
  CHECK(read_quantity("12345n").value() == Approx(12345e-9));
  CHECK(read_quantity("64Mi").value() == 64 * 1024 * 1024);
  CHECK(read_quantity("1e3").value() == 1000);
  CHECK(read_quantity("2").value() == 2);
  for (const auto* wrong : {"", "m", "5 m", "5mm", "five", "nan", "inf"}) CHECK_FALSE(read_quantity(wrong));
  CHECK(cpu_quantity(0.5) == "500m");
  CHECK(cpu_quantity(0.0001) == "1m");
  CHECK(cpu_quantity(1.0005) == "1001m");
  CHECK(memory_quantity(0) == "1Mi");
}
