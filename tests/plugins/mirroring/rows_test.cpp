#include "plugins/mirroring/rows.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::mirroring;
using Catch::Matchers::Contains;

namespace {

EndpointRow endpoint() {
  EndpointRow row;
  row.name = "fra1";
  row.addresses = {IpAddress::parse("192.0.2.1").value()};
  return row;
}

}  // namespace

TEST_CASE("an endpoint line tells all that steering wants to know of an edge") {
  auto row = endpoint();
  row.target = Name::parse("fra1.cdn.test.").value();
  row.port = 8080;
  row.cluster = "fra";
  row.position = {50.1, 8.7};
  row.cost = 3.5;
  const auto read = endpoint_of(row).value();
  CHECK(read.name == "fra1");
  CHECK(read.target == *row.target);
  CHECK(read.addresses == row.addresses);
  CHECK(read.port == 8080);
  CHECK(read.cluster == "fra");
  CHECK(read.place.latitude == 5010);
  CHECK(read.place.longitude == 870);
  CHECK(read.cost == 3.5);
}

TEST_CASE("an endpoint line may say no more than an address") {
  const auto read = endpoint_of(endpoint()).value();
  CHECK(read.target.is_root());
  CHECK_FALSE(read.place.has_position());
}

TEST_CASE("an endpoint that clients cannot reach is refused with what would be right") {
  EndpointRow row;
  row.name = "fra1";
  CHECK_THAT(endpoint_of(row).error().message, Contains("\"fra1\"") && Contains("needs an `address`"));
}

TEST_CASE("a position that is none is refused, at an endpoint and at a cluster") {
  for (const auto& position : std::vector<std::vector<double>>{{1}, {91, 0}, {0, 181}, {1, 2, 3}, {-91, 0}}) {
    auto row = endpoint();
    row.position = position;
    CHECK_THAT(endpoint_of(row).error().message, Contains("position 50.1 8.7"));
    CHECK_THAT(cluster_of({"fra", {}, position}).error().message, Contains("cluster \"fra\""));
  }
}

TEST_CASE("a cluster has its clients and its place") {
  const auto read = cluster_of({"fra", {IpPrefix::parse("192.0.2.0/24").value()}, {50, 8}}).value();
  CHECK(read.name == "fra");
  CHECK(read.clients.size() == 1);
  CHECK(read.place.latitude == 5000);
}
