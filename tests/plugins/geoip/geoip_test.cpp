#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include <harbinger/place.h>
#include <harbinger/rcu.h>

#include "plugins/all.h"
#include "tests/support/drive.h"
#include "tests/support/maxmind_writer.h"
#include "tests/support/memory_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

const std::string kEndpoints =
    "cdn_select {\n endpoint fra address 203.0.113.1 position 50.1 8.7\n endpoint nyc address 203.0.113.2 position "
    "40.7 -74.0\n"
    " pool p endpoint fra nyc\n filter p geo\n application a pool p template www.example\n}\n";

std::string fault(const std::string& options) {
  try {
    const MemoryServer server("example {\n geoip {\n" + options + "}\n}\n", all_plugins());
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

std::string country_of(Plugin& geoip, const char* client) {
  auto query = question("www.example. A", client);
  geoip.identify(query);
  const auto place = query.get(Fact<Place>{FactId::location}).value_or(Place{});
  return place.has_country() ? std::string(place.country.data(), 2) : "-";
}

// A worker that asks without a pause, while it lives.
class Asking {
 public:
  Asking(Plugin& geoip, const std::string& right)
      : thread_([this, &geoip, right] {
          const rcu::Reader reader;
          while (!ended_) {
            (country_of(geoip, "192.0.2.7:4000") == right ? right_ : wrong_)++;
            rcu::quiescent();
          }
        }) {}
  ~Asking() {
    ended_ = true;
    thread_.join();
  }
  bool a_thousand_more() {
    const int before = right_;
    return wait_until([&] { return right_ >= before + 1000; });
  }
  int wrong() const { return wrong_; }

 private:
  std::atomic<bool> ended_ = false;
  std::atomic<int> right_ = 0, wrong_ = 0;
  std::thread thread_;
};

}  // namespace

TEST_CASE("clients go to what is near them, by address and by client subnet, wherever geoip stands in the file") {
  const std::string geoip =
      "geoip {\n place 192.0.2.0/24 DE\n place 198.51.100.0/24 US position 40 -75\n place 2001:db8::/48 FR\n}\n";
  for (const auto& plugins : {geoip + kEndpoints, kEndpoints + geoip}) {
    MemoryServer server("example {\n" + plugins + "}\n", all_plugins());
    const auto ask = [&](MemoryServer::Asking how) { return server.ask("www.example. A", how)->answers(); };
    CHECK_THAT(ask({.client = "192.0.2.7"}), Contains("203.0.113.1"));
    CHECK_THAT(ask({.client = "198.51.100.7"}), Contains("203.0.113.2"));
    CHECK_THAT(ask({.client = "2001:db8::7"}), Contains("203.0.113.1"));
    CHECK_THAT(ask({.client = "192.0.2.7", .subnet = ClientSubnet{*IpAddress::parse("198.51.100.0"), 24, 0}}),
               Contains("203.0.113.2"));
    CHECK(server.count("harbinger_geoip_queries_total") == 4);
  }
}

TEST_CASE("what geoip cannot use is told at the start") {
  const Scratch scratch;
  CHECK_THAT(fault(""), Contains("neither"));
  CHECK_THAT(fault("place 192.0.2.0/24 Germany\n"), Contains("two capital letters"));
  CHECK_THAT(fault("place 192.0.2.0/24 DE position 91 0\n"), Contains("degrees north"));
  CHECK_THAT(fault("place 192.0.2.0/24 DE\nplace 192.0.2.128/25 FR\n"), Contains("overlaps"));
  CHECK_THAT(fault("database /nowhere/there.mmdb\n"), Contains("no such file"));
  CHECK_THAT(fault("database " + scratch.write("x.mmdb", "this is none").string() + "\n"),
             Contains("no sound MaxMind database"));
}

TEST_CASE(
    "a database that the operator cuts short in place is told at the reload, and answers go on from the old one") {
  TestWorld world;
  const Scratch scratch;
  const auto whole = maxmind_database({{"192.0.2.0/24", {.country = "DE"}}}, 6);
  const auto file = scratch.write("t.mmdb", whole);
  const auto geoip = make_plugin("geoip {\n database " + file.string() + "\n}");
  REQUIRE(geoip->start(world.context));
  {
    Asking asking(*geoip, "DE");
    REQUIRE(asking.a_thousand_more());
    std::filesystem::resize_file(file, whole.size() / 2);
    CHECK(asking.a_thousand_more());
    geoip->refresh();
    CHECK(asking.a_thousand_more());
    CHECK(asking.wrong() == 0);
  }
  CHECK_THAT(geoip->note(), Contains("t.mmdb") && Contains("no sound MaxMind database"));
  CHECK_THAT(world.log.text(), Contains("the tables of before are in use"));

  scratch.write("t.mmdb", maxmind_database({{"192.0.2.0/24", {.country = "FR"}}}, 6));
  geoip->refresh();
  CHECK(country_of(*geoip, "192.0.2.7:4000") == "FR");
  CHECK(geoip->note().empty());
}
