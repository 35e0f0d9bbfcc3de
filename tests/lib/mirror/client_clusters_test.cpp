#include "mirror/client_clusters.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::mirror;
using Catch::Matchers::Contains;

namespace {

IpPrefix net(const char* text) { return IpPrefix::parse(text).value(); }
Place at(double north, double east) {
  Place place;
  place.latitude = static_cast<std::int16_t>(north * 100);
  place.longitude = static_cast<std::int16_t>(east * 100);
  return place;
}
std::string cluster(const ClientClusters& clusters, const char* client, const Place& place = {}) {
  return std::string(clusters.name(clusters.find(IpAddress::parse(client).value(), place)));
}
std::string trouble(std::vector<ClientClusters::Cluster> clusters) {
  const auto made = ClientClusters::make(std::move(clusters));
  return made ? "" : made.error().message;
}

}  // namespace

TEST_CASE("a client belongs to the cluster of the longest prefix that it is in") {
  const auto clusters = ClientClusters::make({{"north", {net("192.0.2.0/24"), net("2001:db8::/32")}},
                                              {"office", {net("192.0.2.64/26"), net("192.0.2.255/32")}},
                                              {"edge of all", {net("255.255.255.255/32")}}})
                            .value();
  CHECK(cluster(clusters, "192.0.2.1") == "north");
  CHECK(cluster(clusters, "192.0.2.63") == "north");
  CHECK(cluster(clusters, "192.0.2.64") == "office");
  CHECK(cluster(clusters, "192.0.2.127") == "office");
  CHECK(cluster(clusters, "192.0.2.128") == "north");
  CHECK(cluster(clusters, "192.0.2.255") == "office");
  CHECK(cluster(clusters, "192.0.3.0").empty());
  CHECK(cluster(clusters, "2001:db8:ffff::1") == "north");
  CHECK(cluster(clusters, "2001:db9::").empty());
  CHECK(cluster(clusters, "255.255.255.255") == "edge of all");
}

TEST_CASE("without a prefix the nearest cluster counts, and where nothing is known the one for the rest") {
  const auto clusters = ClientClusters::make({{"fra", {}, at(50.1, 8.7)},
                                              {"nyc", {}, at(40.7, -74)},
                                              {"syd", {net("192.0.2.0/24")}, at(-33.9, 151.2)},
                                              {"rest", {}, {}}})
                            .value();
  CHECK(cluster(clusters, "198.51.100.1", at(52.5, 13.4)) == "fra");
  CHECK(cluster(clusters, "198.51.100.1", at(33.7, -84.4)) == "nyc");
  CHECK(cluster(clusters, "198.51.100.1", at(-90, 0)) == "syd");
  CHECK(cluster(clusters, "198.51.100.1", at(90, 180)) != "rest");
  CHECK(cluster(clusters, "192.0.2.9", at(52.5, 13.4)) == "syd");
  CHECK(cluster(clusters, "198.51.100.1") == "rest");
}

TEST_CASE("clusters that contradict each other are told") {
  CHECK_THAT(trouble({{"a", {net("10.0.0.0/8")}}, {"a", {net("11.0.0.0/8")}}}), Contains("\"a\" stands twice"));
  CHECK_THAT(trouble({{"a", {net("10.0.0.0/8")}}, {"b", {net("10.0.0.0/8")}}}), Contains("clients 10.0.0.0/8"));
  CHECK_THAT(trouble({{"a", {}}, {"b", {}}}), Contains("`clients` or `position`"));
  CHECK_THAT(trouble({{"", {net("10.0.0.0/8")}}}), Contains("needs a name"));
}

TEST_CASE("nested and neighbouring prefixes by the hundred are found as one by one") {
  std::mt19937 chance(7);  // NOLINT(cert-msc51-cpp): the same every time
  std::map<IpPrefix, std::size_t> prefixes;
  std::vector<ClientClusters::Cluster> given(8);
  for (std::size_t i = 0; i < given.size(); ++i) given[i].name = "c" + std::to_string(i);
  while (prefixes.size() < 300) {
    const auto bits = static_cast<int>(chance() % 17 + 8);
    const std::array<std::uint8_t, 4> octets{10, static_cast<std::uint8_t>(chance() % 4),
                                             static_cast<std::uint8_t>(chance()), 0};
    const IpPrefix prefix{IpAddress::v4(octets).truncated(bits), bits};
    const auto owner = chance() % given.size();
    if (prefixes.emplace(prefix, owner).second) given[owner].clients.push_back(prefix);
  }
  for (auto& each : given)
    if (each.clients.empty()) each.clients.push_back(net("203.0.113.1/32"));
  const auto clusters = ClientClusters::make(given).value();
  for (int i = 0; i < 20'000; ++i) {
    const std::array<std::uint8_t, 4> octets{10, static_cast<std::uint8_t>(chance() % 5),
                                             static_cast<std::uint8_t>(chance()), static_cast<std::uint8_t>(chance())};
    const auto client = IpAddress::v4(octets);
    int longest = -1;
    std::string expected;
    for (const auto& [prefix, owner] : prefixes)
      if (prefix.contains(client) && prefix.bits > longest) longest = prefix.bits, expected = given[owner].name;
    REQUIRE(std::string(clusters.name(clusters.find(client, {}))) == expected);
  }
}
