#include "steer/place_table.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <catch2/catch.hpp>
#include "tests/support/maxmind_writer.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

Place at(const PlaceTable& table, const char* address) { return table.find(*IpAddress::parse(address)); }
std::string country(const Place& place) { return place.has_country() ? std::string(place.country.data(), 2) : "-"; }

const std::vector<std::pair<std::string, MaxmindRecord>> kNets{
    {"192.0.2.0/25",
     {.country = "DE", .continent = "EU", .north = 52.52, .east = 13.4, .has_position = true, .city = 7}},
    {"192.0.2.128/25", {.country = "FR"}},
    {"198.51.100.0/24", {.network = 64500}},
    {"203.0.113.7/32", {.country = "JP"}},
};

}  // namespace

TEST_CASE("lines of ranges tell countries, with the middle of each and its continent") {
  const Scratch scratch;
  const auto table =
      PlaceTable::load({scratch.write("t.csv",
                                      "# ours\n192.0.2.0,192.0.2.127,DE\r\n192.0.2.128,192.0.2.255,US\n"
                                      "203.0.113.0,203.0.113.255,XX\n2001:db8::,2001:db8:ffff:ffff::,SE\n")})
          .value();
  CHECK(country(at(*table, "192.0.2.5")) == "DE");
  CHECK(at(*table, "192.0.2.5").has_position());
  CHECK(std::string(at(*table, "192.0.2.5").continent.data(), 2) == "EU");
  CHECK(country(at(*table, "192.0.2.200")) == "US");
  CHECK(country(at(*table, "192.0.3.0")) == "-");
  CHECK(country(at(*table, "192.0.1.255")) == "-");
  CHECK(country(at(*table, "203.0.113.9")) == "XX");
  CHECK_FALSE(at(*table, "203.0.113.9").has_position());
  CHECK(country(at(*table, "2001:db8:1::1")) == "SE");
  CHECK(country(at(*table, "2001:db9::1")) == "-");
}

TEST_CASE("what is no table is told with its line") {
  const Scratch scratch;
  const auto fault = [&](const char* text) {
    const auto loaded = PlaceTable::load({scratch.write("t.csv", text)});
    return loaded ? std::string() : loaded.error().to_string();
  };
  CHECK_THAT(fault("192.0.2.0,192.0.2.255,DE\nnonsense\n"), Contains("t.csv:2"));
  CHECK_THAT(fault("192.0.2.0,192.0.2.255,DE\n192.0.2.128,192.0.3.0,FR\n"), Contains(":2"));
  CHECK_THAT(fault("192.0.2.255,192.0.2.0,DE\n"), Contains(":1"));
  CHECK_THAT(fault("192.0.2.0,2001:db8::,DE\n"), Contains(":1"));
  CHECK_THAT(fault(""), Contains("no line"));
  CHECK_THAT(PlaceTable::load({"/nowhere/t.csv"}).error().message, Contains("cannot read"));
  CHECK_THAT(PlaceTable::load({"/nowhere/t.mmdb"}).error().to_string(), Contains("no such file"));
}

TEST_CASE("MaxMind databases tell positions, cities and networks, in trees for IPv4 and for IPv6") {
  const Scratch scratch;
  for (const int version : {4, 6}) {
    const auto table = PlaceTable::load({scratch.write("t.mmdb", maxmind_database(kNets, version))}).value();
    const auto berlin = at(*table, "192.0.2.99");
    CHECK(country(berlin) == "DE");
    CHECK(berlin.latitude == 5252);
    CHECK(berlin.longitude == 1340);
    CHECK(berlin.city == 7);
    CHECK(country(at(*table, "192.0.2.128")) == "FR");
    CHECK(at(*table, "192.0.2.128").has_position());
    CHECK(at(*table, "198.51.100.200").network == 64500);
    CHECK(country(at(*table, "203.0.113.7")) == "JP");
    CHECK(at(*table, "203.0.113.8") == Place{});
    CHECK(at(*table, "2001:db8::1") == Place{});
  }
}

TEST_CASE("the second source adds what the first does not know") {
  const Scratch scratch;
  const auto table =
      PlaceTable::load(
          {scratch.write("a.mmdb", maxmind_database(kNets, 4)),
           scratch.write("b.mmdb", maxmind_database({{"192.0.2.0/24", {.country = "IT", .network = 3320}}}, 4))})
          .value();
  CHECK(to_string(at(*table, "192.0.2.1")) == "DE EU 52.52,13.40 AS3320");
}

TEST_CASE("a database that was cut short or damaged anywhere is told or read, and breaks nothing") {
  const Scratch scratch;
  const auto whole = maxmind_database(kNets, 6);
  int told = 0;
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto cut = PlaceTable::load({scratch.write("t.mmdb", whole.substr(0, size))});
    if (!cut) CHECK_THAT(cut.error().to_string(), Contains("MaxMind"));
    told += cut ? 0 : 1;
  }
  CHECK(told > 10);
  for (std::size_t place = 0; place < whole.size(); place += 3) {
    auto damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x5a);
    if (const auto table = PlaceTable::load({scratch.write("t.mmdb", damaged)})) at(**table, "192.0.2.1");
  }
}

TEST_CASE("a database that is cut short in place while it is read is told or read, and ends nobody") {
  const Scratch scratch;
  std::vector<std::pair<std::string, MaxmindRecord>> nets;
  for (int net = 0; net < 20'000; ++net)
    nets.emplace_back("10." + std::to_string(net / 256) + '.' + std::to_string(net % 256) + ".0/24",
                      MaxmindRecord{.network = static_cast<std::uint32_t>(net + 1)});
  const auto whole = maxmind_database(nets, 4);
  const auto began = std::chrono::steady_clock::now();
  REQUIRE(PlaceTable::load({scratch.write("t.mmdb", whole)}));
  const auto takes = std::chrono::steady_clock::now() - began;
  // Each time a little later, through all of what reading does.
  for (int part = 0; part < 25; ++part) {
    const auto file = scratch.write("t.mmdb", whole);
    std::atomic<bool> begun = false;
    std::thread operating([&] {
      while (!begun) std::this_thread::yield();
      const auto then = std::chrono::steady_clock::now() + takes * part / 25;
      while (std::chrono::steady_clock::now() < then) std::this_thread::yield();
      std::filesystem::resize_file(file, whole.size() / 4);
    });
    begun = true;
    const auto table = PlaceTable::load({file});
    operating.join();
    if (table) CHECK(at(**table, "10.1.2.3").network == 259);
    if (!table) CHECK_THAT(table.error().to_string(), Contains("no sound MaxMind database"));
  }
}

TEST_CASE("a tree with more paths than memory is told") {
  // Both branches of each node lead to the next one: 2^24 ways to the end.
  std::string tree;
  const auto whole = maxmind_database({{"10.11.12.0/25", {.country = "DE"}}}, 4);
  for (std::uint32_t node = 0; node < 25; ++node)
    for (int side = 0; side < 2; ++side)
      for (const std::uint32_t octet : {0u, 0u, node < 24 ? node + 1 : 25 + 16}) tree += static_cast<char>(octet);
  const auto read = read_maxmind(tree + whole.substr(tree.size()), "t.mmdb");
  REQUIRE_FALSE(read);
  CHECK_THAT(read.error().to_string(), Contains("t.mmdb") && Contains("does not end"));
}

TEST_CASE("the table of countries that is given away reads whole") {
  const auto file =
      std::filesystem::path(HARBINGER_SOURCE_DIR) / "../shared/data/ip-country-cc0/asn-country-ipv4.csv.xz";
  if (!std::filesystem::exists(file)) {
    WARN("skipped: there is no " << file.string());
    return;
  }
  const Scratch scratch;
  const auto unpacked = scratch.write("t.csv", "");
  REQUIRE(std::system(("xz -dc " + file.string() + " > " + unpacked.string()).c_str()) == 0);
  const auto table = PlaceTable::load({unpacked});
  REQUIRE(table);
  CHECK((*table)->size() > 100'000);
  CHECK(country(at(**table, "1.0.0.1")) == "AU");
}
