#include <chrono>

#include <harbinger/worker.h>

#include "tests/support/drive.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kMadeBy = "whoami";

ReplyView reply(std::span<const std::uint8_t> wire, Rcode rcode = Rcode::NOERROR, std::string_view made_by = kMadeBy,
                Duration took = {}) {
  return {.wire = wire, .rcode = rcode, .made_by = made_by, .took = took};
}

}  // namespace

TEST_CASE("metrics counts queries by zone, transport, family and type, and replies by rcode and plugin") {
  TestWorld world;
  world.context.zones = {Name::parse("Example.org").value(), Name::parse("sub.example.org").value()};
  const auto metrics = make_plugin("metrics 127.0.0.1:0");
  REQUIRE(metrics->start(world.context));
  const std::vector<std::uint8_t> wire(100);

  metrics->observe(question("a.example.org. A"), reply(wire));
  metrics->observe(question("a.example.org. AAAA", "[2001:db8::1]:53", Transport::tcp), reply(wire));
  metrics->observe(question("b.SUB.example.org. TYPE65280"), reply(wire, Rcode::NXDOMAIN));
  metrics->observe(question("b.sub.example.org. A"), reply({}, Rcode::REFUSED, {}));

  const auto requests = [&](const Labels& labels) { return world.metric("harbinger_dns_requests_total", labels); };
  CHECK(requests({}) == 4);
  CHECK(requests({{"zone", "example.org."}, {"proto", "udp"}, {"family", "1"}, {"type", "A"}}) == 1);
  CHECK(requests({{"zone", "example.org."}, {"proto", "tcp"}, {"family", "2"}, {"type", "AAAA"}}) == 1);
  CHECK(requests({{"zone", "sub.example.org."}, {"type", "other"}}) == 1);
  const auto replies = [&](const Labels& labels) { return world.metric("harbinger_dns_responses_total", labels); };
  CHECK(replies({{"zone", "example.org."}, {"rcode", "NOERROR"}, {"plugin", "whoami"}}) == 2);
  CHECK(replies({{"zone", "sub.example.org."}, {"rcode", "NXDOMAIN"}, {"plugin", "whoami"}}) == 1);
  CHECK(replies({{"zone", "sub.example.org."}, {"rcode", "REFUSED"}, {"plugin", ""}}) == 1);
  CHECK(world.metric("harbinger_dns_response_size_bytes", {{"proto", "tcp"}}) == 1);
}

TEST_CASE("metrics puts durations and sizes into the right buckets") {
  TestWorld world;
  const auto metrics = make_plugin("metrics 127.0.0.1:0");
  REQUIRE(metrics->start(world.context));
  for (const std::size_t size : {32, 33, 64, 65, 65535}) {
    const std::vector<std::uint8_t> wire(size);
    metrics->observe(question("a. A"), reply(wire, Rcode::NOERROR, kMadeBy, std::chrono::microseconds(size)));
  }
  for (const auto& sample : world.metrics.collect()) {
    if (sample.name == "harbinger_dns_response_size_bytes" && sample.labels.at(0).second == "udp") {
      CHECK(sample.buckets.at(0) == std::pair<double, std::uint64_t>{32, 1});
      CHECK(sample.buckets.at(1) == std::pair<double, std::uint64_t>{64, 3});
      CHECK(sample.buckets.at(2) == std::pair<double, std::uint64_t>{128, 4});
      CHECK(sample.buckets.at(11) == std::pair<double, std::uint64_t>{65536, 5});
      CHECK(sample.value == 32 + 33 + 64 + 65 + 65535);
    }
    if (sample.name == "harbinger_dns_request_duration_seconds") {
      CHECK(sample.buckets.at(0).second == 1);  // 32 us are below 2^15 ns, 33 us are not
      CHECK(sample.value == Approx(65729e-6));
    }
  }
}

TEST_CASE("clients cannot make metrics grow") {
  TestWorld world;
  const auto metrics = make_plugin("metrics 127.0.0.1:0");
  REQUIRE(metrics->start(world.context));
  metrics->observe(question("a. A"), reply({}));
  const auto series = world.metrics.collect().size();
  for (int i = 0; i < 1000; ++i)
    metrics->observe(question("n" + std::to_string(i) + ". TYPE" + std::to_string(300 + i)),
                     reply({}, static_cast<Rcode>(i)));
  CHECK(world.metrics.collect().size() == series);
}

TEST_CASE("many zones leave room for the figures of others") {
  TestWorld world;
  world.context.zones.clear();
  for (int i = 0; i < 500; ++i) world.context.zones.push_back(Name::parse("z" + std::to_string(i)).value());
  const auto metrics = make_plugin("metrics 127.0.0.1:0");
  REQUIRE(metrics->start(world.context));
  CHECK(world.metrics.room() > 4096);
  CHECK_THAT(world.log.text(), Catch::Contains("too many zones"));
  metrics->observe(question("a.z0. A"), reply({}));
  metrics->observe(question("a.z499. A"), reply({}));
  CHECK(world.metric("harbinger_dns_requests_total", {{"zone", "z0."}}) == 1);
  CHECK(world.metric("harbinger_dns_requests_total", {{"zone", "other"}}) == 1);
}

TEST_CASE("GET /metrics shows the figures of all plugins, and they outlive a reload") {
  TestWorld world;
  world.metrics.counter("harbinger_something_total", "Of another plugin.").add(5);
  auto old_one = make_plugin("metrics 127.0.0.1:0");
  REQUIRE(old_one->start(world.context));
  old_one->observe(question("a. A"), reply({}));
  const auto new_one = make_plugin("metrics 127.0.0.1:0");
  REQUIRE(new_one->start(world.context));
  old_one->stop();
  old_one.reset();
  new_one->observe(question("a. A"), reply({}));

  const auto response = http_get(world.web_address(), "/metrics");
  CHECK(status_of(response) == 200);
  CHECK_THAT(response, Catch::Contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  CHECK_THAT(response, Catch::Contains("harbinger_something_total 5"));
  CHECK_THAT(response, Catch::Contains("harbinger_build_info{"));
  CHECK_THAT(response, Catch::Contains("process_start_time_seconds "));
  CHECK_THAT(response, Catch::Contains("harbinger_dns_requests_total{") && Catch::Contains("type=\"A\"") &&
                           Catch::Contains("} 2\n"));
}
