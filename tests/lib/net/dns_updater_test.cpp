// Changes of zones that Knot, BIND and PowerDNS serve.
#include "net/dns_updater.h"

#include <signal.h>

#include <future>
#include <iostream>

#include <harbinger/records.h>
#include <tests/support/dns_client.h>
#include <tests/support/update_servers.h>

using namespace harbinger;
using namespace harbinger::net;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const Name kZone = Name::parse("example.org").value();
Name in_zone(const std::string& label) { return Name::parse(label, kZone).value(); }
Record host(const std::string& label, std::string_view address) {
  return a(in_zone(label), 60s, IpAddress::parse(address).value());
}

// The machine's clock, but wrong.
class SkewedClock final : public Clock {
 public:
  explicit SkewedClock(std::chrono::seconds by) : by_(by) {}
  MonotonicTime now() const override { return harbinger::system_clock().now(); }
  std::chrono::system_clock::time_point calendar() const override { return harbinger::system_clock().calendar() + by_; }

 private:
  std::chrono::seconds by_;
};

// An updater whose calls wait for their end.
struct Waiting {
  std::unique_ptr<DnsUpdater> updater;
  UpdateServer server;

  explicit Waiting(const SocketAddress& address, TsigKey key = update_key(),
                   const Clock& clock = harbinger::system_clock())
      : updater(DnsUpdater::make(clock)),
        server{.address = address, .key = std::make_shared<const TsigKey>(std::move(key))} {}

  std::future<Result<UpdateDone>> begin(const UpdateBuilder& update) {
    auto promise = std::make_shared<std::promise<Result<UpdateDone>>>();
    updater->change(server, update.message(), [promise](auto result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  Result<UpdateDone> change(const UpdateBuilder& update) {
    auto result = begin(update);
    REQUIRE(result.wait_for(20s) == std::future_status::ready);
    return result.get();
  }
  Result<Duration> visible(const std::string& label, RRType type, std::vector<Rdata> rdatas, Duration patience = 5s) {
    auto promise = std::make_shared<std::promise<Result<Duration>>>();
    updater->visible({server.address, in_zone(label), type, std::move(rdatas), patience},
                     [promise](auto result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }
};

double ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

// Makes the change, waits until the server answers so, and tells how long both took.
void require_seen(Waiting& waiting, const std::string& what, const UpdateBuilder& update, const std::string& label,
                  RRType type, const std::vector<Record>& records) {
  INFO(what);
  std::vector<Rdata> rdatas;
  for (const auto& record : records) rdatas.push_back(record.rdata);
  const auto began = std::chrono::steady_clock::now();
  const auto done = waiting.change(update);
  INFO((done ? "" : done.error().message));
  REQUIRE(done);
  const auto acknowledged = std::chrono::steady_clock::now() - began;
  const auto seen = waiting.visible(label, type, rdatas);
  INFO((seen ? "" : seen.error().message));
  REQUIRE(seen);
  const auto all = std::chrono::steady_clock::now() - began;
  std::cout << "  " << what << ": acknowledged after " << ms(acknowledged) << " ms, seen after " << ms(all) << " ms\n";
  CHECK(all < 3s);
}

constexpr std::array kPrimaries{Primary::knot, Primary::bind, Primary::powerdns};

// Runs a story with each primary that is installed.
template <class Story>
void with_each(const Story& story) {
  for (const auto primary : kPrimaries) {
    if (!installed(primary)) continue;
    const Scratch scratch;
    auto server = start_primary(primary, scratch);
    INFO(to_string(primary));
    story(primary, server);
  }
}

}  // namespace

TEST_CASE("changes are made on other servers, and seen") {
  with_each([](Primary primary, DnsServer& server) {
    std::cout << to_string(primary) << "\n";
    Waiting waiting(server.address());
    const auto label = std::string("m");
    const std::vector first{host(label, "192.0.2.10")}, two{host(label, "192.0.2.11"), host(label, "192.0.2.12")};
    const auto replace = [&](RRType type, const std::vector<Record>& records) {
      return UpdateBuilder(kZone).replace_set(records.front().name, type, records);
    };
    require_seen(waiting, "add A", UpdateBuilder(kZone).add(first[0]), label, RRType::A, first);
    require_seen(waiting, "replace A", replace(RRType::A, two), label, RRType::A, two);
    require_seen(waiting, "remove one A", UpdateBuilder(kZone).remove(two[0]), label, RRType::A, {two[1]});
    require_seen(waiting, "remove all A", UpdateBuilder(kZone).remove_set(in_zone(label), RRType::A), label, RRType::A,
                 {});

    const std::vector alias{cname(in_zone("c"), 20s, Name::parse("edge1.example.net").value())};
    const std::vector other{cname(in_zone("c"), 20s, Name::parse("edge2.example.net").value())};
    require_seen(waiting, "add CNAME", replace(RRType::CNAME, alias), "c", RRType::CNAME, alias);
    require_seen(waiting, "replace CNAME", replace(RRType::CNAME, other), "c", RRType::CNAME, other);
    require_seen(waiting, "remove CNAME", UpdateBuilder(kZone).remove_name(in_zone("c")), "c", RRType::CNAME, {});

    const std::vector service{
        svcb(in_zone("s"), RRType::SVCB, 20s, 1, Name::parse("edge1.example.net").value(), {.port = 8443})};
    require_seen(waiting, "add SVCB", replace(RRType::SVCB, service), "s", RRType::SVCB, service);
    require_seen(waiting, "remove SVCB", UpdateBuilder(kZone).remove_set(in_zone("s"), RRType::SVCB), "s", RRType::SVCB,
                 {});
  });
}

TEST_CASE("a prerequisite that does not hold is a conflict, and nothing is changed") {
  with_each([](Primary, DnsServer& server) {
    Waiting waiting(server.address());
    const auto record = host("p", "192.0.2.20");
    const auto there = host("www", "192.0.2.1"), other = host("www", "192.0.2.99");
    CHECK(waiting.change(UpdateBuilder(kZone).require_absent(record.name).add(record)));
    const auto again = waiting.change(UpdateBuilder(kZone).require_absent(record.name).add(record));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::conflict);
    CHECK_THAT(again.error().message, Contains("YXDOMAIN"));
    const auto wrong =
        waiting.change(UpdateBuilder(kZone).require_is(there.name, RRType::A, {other.rdata}).remove_name(there.name));
    CHECK(wrong.error().code == ErrorCode::conflict);
    CHECK(waiting.visible("www", RRType::A, {there.rdata}));
    CHECK(
        waiting.change(UpdateBuilder(kZone).require_is(there.name, RRType::A, {there.rdata}).remove_name(there.name)));
    CHECK(waiting.visible("www", RRType::A, {}));
  });
}

TEST_CASE("a wrong key, a wrong secret and a wrong clock are told apart where the server does") {
  with_each([](Primary primary, DnsServer& server) {
    const auto update = UpdateBuilder(kZone).add(host("k", "192.0.2.30"));
    const auto refused_as = [&](const Result<UpdateDone>& result, const char* word) {
      REQUIRE_FALSE(result);
      std::cout << "  " << to_string(primary) << ": " << result.error().message << "\n";
      CHECK(result.error().code == ErrorCode::denied);
      // PowerDNS says REFUSED to each, without a signature.
      CHECK_THAT(result.error().message, Contains(primary == Primary::powerdns ? "REFUSED" : word));
    };
    auto stranger = update_key();
    stranger.name = Name::parse("stranger.example").value();
    auto other_secret = update_key();
    other_secret.secret[0] ^= 1;
    const SkewedClock ahead(1h);
    refused_as(Waiting(server.address(), stranger).change(update), "BADKEY");
    refused_as(Waiting(server.address(), other_secret).change(update), "BADSIG");
    refused_as(Waiting(server.address(), update_key(), ahead).change(update), "BADTIME");
    CHECK(Waiting(server.address()).visible("k", RRType::A, {}));
  });
}

TEST_CASE("names of other zones are refused with words") {
  with_each([](Primary, DnsServer& server) {
    Waiting waiting(server.address());
    const auto elsewhere = Name::parse("example.com").value();
    const auto result =
        waiting.change(UpdateBuilder(elsewhere).add(a(elsewhere, 60s, IpAddress::parse("192.0.2.1").value())));
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::denied);
    CHECK_THAT(result.error().message, Contains("example.com."));
  });
}

TEST_CASE("a dead server is told of, one that comes back in time gets the change") {
  with_each([](Primary, DnsServer& server) {
    Waiting waiting(server.address());
    server.kill();
    waiting.server.patience = 300ms;
    const auto dead = waiting.change(UpdateBuilder(kZone).add(host("d", "192.0.2.40")));
    REQUIRE_FALSE(dead);
    CHECK(dead.error().code == ErrorCode::unreachable);
    waiting.server.patience = 15s;
    auto later = waiting.begin(UpdateBuilder(kZone).add(host("d", "192.0.2.41")));
    server.start();
    REQUIRE(later.wait_for(20s) == std::future_status::ready);
    CHECK(later.get());
    CHECK(waiting.visible("d", RRType::A, {host("d", "192.0.2.41").rdata}));
  });
}

TEST_CASE("without a reply it is not known whether a change was made, and only what may be made twice is") {
  if (!installed(Primary::knot)) return;
  const Scratch scratch;
  auto server = start_primary(Primary::knot, scratch);
  Waiting waiting(server.address());
  waiting.server.patience = 600ms;
  waiting.server.try_patience = 200ms;
  server.process().freeze();
  const auto began = std::chrono::steady_clock::now();
  const auto record = host("f", "192.0.2.50");
  const auto once = waiting.change(UpdateBuilder(kZone).require_absent(record.name).add(record));
  CHECK(once.error().code == ErrorCode::timeout);
  CHECK(std::chrono::steady_clock::now() - began < 550ms);  // one try, though there was patience for more
  waiting.server.patience = 15s;
  auto repeated = waiting.begin(UpdateBuilder(kZone).add(host("g", "192.0.2.51")));
  CHECK(repeated.wait_for(500ms) == std::future_status::timeout);
  server.process().signal(SIGCONT);
  REQUIRE(repeated.wait_for(20s) == std::future_status::ready);
  CHECK(repeated.get());
  // What was given up was lying in its socket all the time.
  CHECK(waiting.visible("f", RRType::A, {record.rdata}));
}

TEST_CASE("many changes at once keep their order, and those that wait share messages") {
  with_each([](Primary primary, DnsServer& server) {
    Waiting waiting(server.address());
    waiting.server.patience = 30s;
    std::vector<std::future<Result<UpdateDone>>> all;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 300; ++i) {
      const std::vector records{host("o", "192.0.2." + std::to_string(i % 250))};
      all.push_back(waiting.begin(UpdateBuilder(kZone).replace_set(records[0].name, RRType::A, records)));
    }
    for (auto& each : all) {
      REQUIRE(each.wait_for(30s) == std::future_status::ready);
      CHECK(each.get());
    }
    std::cout << "  " << to_string(primary) << ": 300 changes in " << ms(std::chrono::steady_clock::now() - began)
              << " ms\n";
    CHECK(waiting.visible("o", RRType::A, {host("o", "192.0.2.49").rdata}));
  });
}

TEST_CASE("one bad change among those that wait does not take the others with it") {
  with_each([](Primary, DnsServer& server) {
    Waiting waiting(server.address());
    auto first = waiting.begin(UpdateBuilder(kZone).add(host("q1", "192.0.2.1")));
    auto good = waiting.begin(UpdateBuilder(kZone).add(host("q2", "192.0.2.2")));
    auto bad = waiting.begin(UpdateBuilder(kZone).add(
        a(Name::parse("elsewhere.example").value(), 60s, IpAddress::parse("192.0.2.3").value())));
    auto last = waiting.begin(UpdateBuilder(kZone).add(host("q3", "192.0.2.4")));
    CHECK(first.get());
    CHECK(good.get());
    const auto refused = bad.get();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::malformed);
    CHECK(last.get());
  });
}

TEST_CASE("servers that know no leases are known as such") {
  with_each([](Primary, DnsServer& server) {
    Waiting waiting(server.address());
    CHECK(waiting.updater->leases(server.address()) == LeaseSupport::unknown);
    const auto done = waiting.change(UpdateBuilder(kZone).add(host("l", "192.0.2.60")).lease(60s));
    REQUIRE(done);
    CHECK_FALSE(done->lease);
    CHECK(waiting.updater->leases(server.address()) == LeaseSupport::no);
  });
}

TEST_CASE("what does not become visible is told with what is there instead") {
  if (!installed(Primary::knot)) return;
  const Scratch scratch;
  auto server = start_primary(Primary::knot, scratch);
  Waiting waiting(server.address());
  const auto never = waiting.visible("www", RRType::A, {host("www", "192.0.2.77").rdata}, 500ms);
  REQUIRE_FALSE(never);
  CHECK(never.error().code == ErrorCode::timeout);
  CHECK_THAT(never.error().message, Contains("192.0.2.1"));
  CHECK_THAT(waiting.visible("none", RRType::A, {host("none", "192.0.2.77").rdata}, 500ms).error().message,
             Contains("NXDOMAIN"));
}

TEST_CASE("an updater may go while a change is under way") {
  const auto nobody = loopback(free_port());
  auto waiting = std::make_unique<Waiting>(nobody);
  waiting->server.patience = 60s;
  auto never = waiting->begin(UpdateBuilder(kZone).add(host("x", "192.0.2.1")));
  waiting.reset();
  CHECK_THROWS_AS(never.get(), std::future_error);
}
