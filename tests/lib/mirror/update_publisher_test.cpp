// Mirrors on DNS servers from Debian.
#include <catch2/catch.hpp>

#include <future>
#include <iostream>

#include <harbinger/message.h>
#include "mirror/update_publisher.h"
#include "mirror/update_records.h"
#include "tests/lib/mirror/desk_world.h"
#include "tests/support/dns_client.h"
#include "tests/support/update_servers.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const Name kZone = Name::parse("example.org.").value();

UpdatePublisher::Settings settings_for(const SocketAddress& server) {
  return {.server = {.address = server, .key = std::make_shared<const TsigKey>(update_key())},
          .zone = kZone,
          .names = "{name}",
          .cluster = "fra"};
}

Publication::At server(const std::string& name, const std::string& address) {
  return {.server = name,
          .target = Name::parse(name + ".edges.example.").value(),
          .addresses = {IpAddress::parse(address).value()},
          .port = 8080};
}

Publication film(std::vector<Publication::At> servers, std::uint64_t version) {
  return {.resource = "film.example.org",
          .cluster = "fra",
          .servers = std::move(servers),
          .lease = 60s,
          .version = version};
}

Result<void> publish(Publisher& publisher, const Publication& what) {
  std::promise<Result<void>> heard;
  publisher.publish(what, [&](Result<void> outcome) { heard.set_value(std::move(outcome)); });
  return heard.get_future().get();
}

std::string answer(const SocketAddress& server, RRType type) {
  const auto reply = ask(server, "film.example.org", type);
  return reply ? reply->message.to_string() : "nothing";
}

}  // namespace

TEST_CASE("what is published is on the primary when it is said to be, and gone when it is withdrawn") {
  for (const auto kind : {Primary::knot, Primary::bind, Primary::powerdns}) {
    if (!installed(kind)) continue;
    INFO(to_string(kind));
    const Scratch scratch;
    const auto primary = start_primary(kind, scratch);
    const auto publisher = UpdatePublisher::make(settings_for(primary.address()), system_clock(), {}).value();
    const auto began = std::chrono::steady_clock::now();
    const auto first = publish(*publisher, film({server("a", "192.0.2.11"), server("b", "2001:db8::b")}, 10));
    INFO((first ? "" : first.error().to_string()));
    REQUIRE(first);
    CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.11"));
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK_THAT(answer(primary.address(), RRType::AAAA), Contains("2001:db8::b"));
    std::cout << to_string(kind) << ": told and answered in " << std::chrono::duration<double, std::milli>(took).count()
              << " ms\n";
    CHECK(took < 1s);
    REQUIRE(publish(*publisher, film({server("b", "192.0.2.12")}, 11)));
    CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.12") && !Contains("192.0.2.11"));
    REQUIRE(publish(*publisher, film({}, 12)));
    CHECK_THAT(answer(primary.address(), RRType::A), !Contains("192.0.2.12"));
  }
}

TEST_CASE("an owner that is none any more is refused by the primary itself") {
  if (!installed(Primary::knot)) return;
  const Scratch scratch;
  const auto primary = start_primary(Primary::knot, scratch);
  const auto old = UpdatePublisher::make(settings_for(primary.address()), system_clock(), {}).value();
  const auto young = UpdatePublisher::make(settings_for(primary.address()), system_clock(), {}).value();
  REQUIRE(publish(*old, film({server("a", "192.0.2.11")}, 10)));
  REQUIRE(publish(*young, film({server("b", "192.0.2.12")}, 20)));
  const auto late = publish(*old, film({server("a", "192.0.2.11")}, 11));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::conflict);
  CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.12") && !Contains("192.0.2.11"));
}

TEST_CASE("one that comes again after a crash finds what is there, and goes on with it") {
  if (!installed(Primary::knot)) return;
  const Scratch scratch;
  const auto primary = start_primary(Primary::knot, scratch);
  REQUIRE(publish(*UpdatePublisher::make(settings_for(primary.address()), system_clock(), {}).value(),
                  film({server("a", "192.0.2.11")}, 10)));
  const auto again = UpdatePublisher::make(settings_for(primary.address()), system_clock(), {}).value();
  REQUIRE(publish(*again, film({}, 11)));
  CHECK_THAT(answer(primary.address(), RRType::A), !Contains("192.0.2.11"));
}

TEST_CASE("a lease is taken back from a primary that knows none, unless it is renewed") {
  if (!installed(Primary::knot)) return;
  const Scratch scratch;
  const auto primary = start_primary(Primary::knot, scratch);
  const auto publisher = UpdatePublisher::make(settings_for(primary.address()), system_clock(), {}).value();
  auto what = film({server("a", "192.0.2.11")}, 10);
  what.lease = 1s;
  REQUIRE(publish(*publisher, what));
  ++what.version;
  REQUIRE(publish(*publisher, what));
  CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.11"));
  CHECK(wait_until([&] { return answer(primary.address(), RRType::A).find("192.0.2.11") == std::string::npos; }, 5s));
}

TEST_CASE("between mirrors a name has what stands there otherwise; a CNAME stands alone; services tell ports") {
  if (!installed(Primary::knot)) return;
  const Scratch scratch;
  const auto primary = start_primary(Primary::knot, scratch);
  auto settings = settings_for(primary.address());
  settings.otherwise = {IpAddress::parse("192.0.2.99").value()};
  SECTION("alias") {
    settings.form = UpdatePublisher::Form::alias;
    const auto publisher = UpdatePublisher::make(settings, system_clock(), {}).value();
    REQUIRE(publish(*publisher, film({}, 9)));
    CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.99"));
    REQUIRE(publish(*publisher, film({server("a", "192.0.2.11")}, 10)));
    CHECK_THAT(answer(primary.address(), RRType::A), Contains("a.edges.example.") && !Contains("192.0.2.99"));
    REQUIRE(publish(*publisher, film({}, 11)));
    CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.99") && !Contains("a.edges.example."));
  }
  SECTION("service") {
    settings.form = UpdatePublisher::Form::service;
    const auto publisher = UpdatePublisher::make(settings, system_clock(), {}).value();
    REQUIRE(publish(*publisher, film({server("a", "192.0.2.11"), server("b", "192.0.2.12")}, 10)));
    CHECK_THAT(answer(primary.address(), RRType::HTTPS), Contains("1 a.edges.example.") && Contains("port=\"8080\""));
    REQUIRE(publish(*publisher, film({}, 11)));
    CHECK_THAT(answer(primary.address(), RRType::HTTPS), !Contains("edges.example."));
    CHECK_THAT(answer(primary.address(), RRType::A), Contains("192.0.2.99"));
  }
}

TEST_CASE("a primary that is dead, and settings that cannot be, are told") {
  auto settings = settings_for(loopback(free_port()));
  settings.server.patience = 500ms;
  const auto publisher = UpdatePublisher::make(settings, system_clock(), {}).value();
  const auto heard = publish(*publisher, film({server("a", "192.0.2.11")}, 1));
  REQUIRE_FALSE(heard);
  CHECK(heard.error().code != ErrorCode::conflict);
  auto other = film({server("a", "192.0.2.11")}, 1);
  other.cluster = "ams";
  CHECK(publish(*publisher, other));  // not told there at all
  other = film({}, 1);
  other.resource = "film.example.com";
  CHECK_THAT(publish(*publisher, other).error().message, Contains("not within the zone"));
  settings.cluster.clear();
  const auto wrong = UpdatePublisher::make(settings, system_clock(), {});
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Contains("{cluster}"));
}
