#include "edge/fetcher.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <map>
#include <mutex>

#include "tests/support/process.h"
#include "tests/support/told_jobs.h"
#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Became = JobDone::Outcome;

namespace {

Fetcher::Settings before(const WebServer& server) {
  Fetcher::Settings settings;
  settings.cache = server.address();
  settings.patience = 300ms;
  return settings;
}

std::unique_ptr<Fetcher> start(const Fetcher::Settings& settings, Metrics* metrics = nullptr) {
  return Fetcher::start(settings, {.clock = &system_clock(), .metrics = metrics}).value();
}

// What becomes of one job for a server that behaves like this.
JobDone fetch_from(WebServer::Handler handler, const std::string& resource = "http://a/x",
                   std::uint64_t most_bytes = 1 << 20) {
  const WebServer server(std::move(handler));
  auto settings = before(server);
  settings.most_bytes = most_bytes;
  ToldJobs told;
  const auto fetcher = start(settings);
  fetcher->offer({.id = 1, .resource = resource}, told.listener());
  return told.wait_for(1);
}

WebServer::Handler says(std::string octets) {
  return [octets = std::move(octets)](const WebRequest&, WebPeer& peer) {
    peer.send(octets);
    peer.close();
  };
}

}  // namespace

TEST_CASE("a resource is fetched through the cache, as a prefetch") {
  std::string head;
  const WebServer server([&](const WebRequest& request, WebPeer& peer) {
    head = request.head;
    peer.send(web_response("200 OK", "Cache-Control: max-age=60\r\n", std::string(5000, 'x')));
  });
  Metrics metrics;
  ToldJobs told;
  const auto fetcher = start(before(server), &metrics);
  fetcher->offer({.id = 7, .resource = "http://Site.test/a?b=c"}, told.listener());
  const JobDone done = told.wait_for(7);
  CHECK(done.outcome == Became::fetched);
  CHECK(done.bytes == 5000);
  CHECK(done.resource == "http://Site.test/a?b=c");
  CHECK_THAT(head, Catch::StartsWith("GET /a?b=c HTTP/1.1\r\n"));
  for (const auto* line : {"Host: site.test\r\n", "Sec-Purpose: prefetch\r\n", "Purpose: prefetch\r\n"})
    CHECK_THAT(head, Catch::Contains(line));
  CHECK(head.find("Range:") == head.npos);

  fetcher->offer({.id = 8, .resource = "http://site.test/a?b=c"}, told.listener());
  CHECK(told.wait_for(8).outcome == Became::cached);
  fetcher->foreground({.resource = "http://site.test/a?b=c", .bytes = 5000, .took_ms = 1, .hit = true});
  CHECK(wait_until([&] { return fetcher->state().useful == 1; }));
  const auto state = fetcher->state();
  CHECK(state.fetched == 1);
  CHECK(state.cached == 1);
  CHECK(state.bytes == 5000);
  CHECK(state.waiting + state.in_flight == 0);
  const auto count = [&](std::string_view name, const Labels& labels) {
    for (const auto& sample : metrics.collect())
      if (sample.name == name && sample.labels == labels) return sample.value;
    return -1.0;
  };
  CHECK(count("harbinger_edge_jobs_total", {{"outcome", "fetched"}}) == 1);
  CHECK(count("harbinger_edge_prefetched_bytes_total", {}) == 5000);
  CHECK(count("harbinger_edge_useful_total", {}) == 1);
  CHECK(count("harbinger_edge_jobs_in_flight", {}) == 0);
}

TEST_CASE("connections to the cache are used again, also after it closed them") {
  std::atomic<int> served = 0;
  const WebServer server([&](const WebRequest&, WebPeer& peer) {
    const bool closes = ++served == 50;  // counted before the client can have the answer
    peer.send(web_response("200 OK", "", "x"));
    if (closes) peer.close();
  });
  auto settings = before(server);
  settings.fewest = settings.most = 1;
  ToldJobs told;
  const auto fetcher = start(settings);
  for (std::uint64_t id = 1; id <= 100; ++id) {
    fetcher->offer({.id = id, .resource = "http://a/" + std::to_string(id)}, told.listener());
    CHECK(told.wait_for(id).outcome == Became::fetched);
  }
  CHECK(served == 100);
  CHECK(server.connections() == 2);
}

TEST_CASE("a part is asked for as a range") {
  std::string range;
  const auto done = fetch_from(
      [&](const WebRequest& request, WebPeer& peer) {
        range = request.field("Range");
        peer.send(web_response("206 Partial Content", "Content-Range: bytes 100-149/1000\r\n", std::string(50, 'x')));
      },
      "http://a/x#100+50");
  CHECK(range == "bytes=100-149");
  CHECK(done.outcome == Became::fetched);
  CHECK(done.bytes == 50);
}

TEST_CASE("of a cache that ignores ranges enough is read, and its later parts are one job") {
  std::atomic<int> ranges = 0, wholes = 0;
  const WebServer server([&](const WebRequest& request, WebPeer& peer) {
    (request.field("Range").empty() ? wholes : ranges)++;
    peer.send(web_response("200 OK", "", std::string(500'000, 'x')));
  });
  ToldJobs told;
  const auto fetcher = start(before(server));
  fetcher->offer({.id = 1, .resource = "http://a/x#100000+50000"}, told.listener());
  const auto first = told.wait_for(1);
  CHECK(first.outcome == Became::fetched);
  CHECK(first.bytes == 150'000);
  for (std::uint64_t id = 2; id <= 5; ++id)
    fetcher->offer({.id = id, .resource = "http://a/x#" + std::to_string(id * 50'000) + "+50000"}, told.listener());
  for (std::uint64_t id = 2; id <= 5; ++id) {
    const auto outcome = told.wait_for(id).outcome;
    CHECK((outcome == Became::fetched || outcome == Became::cached));
  }
  CHECK(ranges == 1);
  CHECK(wholes == 1);
}

TEST_CASE("a response that is larger than allowed is left") {
  const auto forever = [](std::string head) {
    return [head](const WebRequest&, WebPeer& peer) {
      peer.send(head);
      const std::string chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
      while (peer.send(chunk)) {
      }
      peer.close();
    };
  };
  for (const std::string head :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"}) {
    const auto done = fetch_from(forever(head), "http://a/x", 100'000);
    CHECK(done.outcome == Became::refused);
    CHECK(done.bytes == 100'000);
    CHECK_THAT(done.why, Catch::Contains("larger"));
  }
}

TEST_CASE("whatever a cache says, a job for it ends") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const auto many_lines = [] {
    std::string lines;
    for (int i = 0; i < 100'000; ++i) lines += "X-" + std::to_string(i) + ": y\r\n";
    return lines;
  }();
  std::string interim;
  for (int i = 0; i < 1000; ++i) interim += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  for (const std::string& octets :
       {std::string(), std::string("\0\1\2\3garbage", 11), std::string(200'000, 'H'), head + many_lines + "\r\n",
        head + "X: " + std::string(500'000, 'y') + "\r\n\r\n", head + "Content-Length: -1\r\n\r\n",
        head + "Content-Length: 99999999999999999999999\r\n\r\n",
        head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(300'000, 'e') + "\r\nx\r\n0\r\n\r\n",
        head + "Content-Length: 10\r\n\r\nshort", interim, std::string("HTTP/1.1 101 Switching\r\n\r\n"),
        std::string("HTTP/9.9 200 OK\r\n\r\n"), std::string("HTTP/1.1 206 Partial Content\r\n\r\n")}) {
    INFO(octets.substr(0, 100));
    const auto done = fetch_from(says(octets));
    CHECK(done.outcome == Became::failed);
    CHECK_FALSE(done.why.empty());
  }
}

TEST_CASE("early hints before a response are skipped") {
  const auto done = fetch_from(
      says("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + web_response("200 OK", "", "hello")));
  CHECK(done.outcome == Became::fetched);
  CHECK(done.bytes == 5);
}

TEST_CASE("a cache that says nothing, or stops in the middle, is waited for as long as the patience lasts") {
  for (const std::string& begin : {std::string(), std::string("HTTP/1.1 200 OK\r\nContent-Le"),
                                   std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")}) {
    const auto began = std::chrono::steady_clock::now();
    const auto done = fetch_from([&](const WebRequest&, WebPeer& peer) {
      peer.send(begin);
      peer.wait_until_gone();
      peer.close();
    });
    CHECK(done.outcome == Became::failed);
    CHECK(std::chrono::steady_clock::now() - began >= 290ms);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
  }
}

TEST_CASE("a response that drips is left after three times the patience") {
  const auto done = fetch_from([](const WebRequest&, WebPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.send("x")) std::this_thread::sleep_for(20ms);
    peer.close();
  });
  CHECK(done.outcome == Became::failed);
  CHECK_THAT(done.why, Catch::Contains("too slow"));
}

TEST_CASE("jobs for a cache that is not there wait, and the state says that there is trouble") {
  Fetcher::Settings settings;
  settings.cache = SocketAddress::parse("127.0.0.1:" + std::to_string(free_port())).value();
  ToldJobs told;
  auto fetcher = start(settings);
  fetcher->offer({.id = 1, .resource = "http://a/1"}, told.listener());
  const auto first = told.wait_for(1);
  CHECK(first.outcome == Became::failed);
  CHECK_THAT(first.why, Catch::Contains("cannot be reached"));
  CHECK(fetcher->state().in_trouble);
  CHECK(fetcher->state().failed == 1);
  for (std::uint64_t id = 2; id <= 100; ++id)
    fetcher->offer({.id = id, .resource = "http://a/" + std::to_string(id)}, told.listener());
  // Each pause is longer than the one before.
  CHECK(wait_until([&] { return fetcher->state().failed >= 3; }));
  CHECK(fetcher->state().failed <= 5);
  fetcher.reset();
  CHECK(told.size() == 100);
}

TEST_CASE("the end of a fetcher is quick, and everybody hears of it") {
  const WebServer server([](const WebRequest&, WebPeer& peer) {
    peer.wait_until_gone();
    peer.close();
  });
  auto settings = before(server);
  settings.fewest = 4;
  settings.patience = 1min;
  ToldJobs told;
  auto fetcher = start(settings);
  for (std::uint64_t id = 1; id <= 1000; ++id)
    fetcher->offer({.id = id, .resource = "http://a/" + std::to_string(id)}, told.listener());
  REQUIRE(wait_until([&] { return fetcher->state().in_flight == 4; }));
  const auto began = std::chrono::steady_clock::now();
  fetcher.reset();
  // A few milliseconds; more where many processes share a processor.
  CHECK(std::chrono::steady_clock::now() - began < 500ms);
  CHECK(told.size() == 1000);
  CHECK(told.count(Became::stopped) == 1000);
}

TEST_CASE("more jobs than anybody can take are answered all the same") {
  const WebServer server(
      [](const WebRequest&, WebPeer& peer) { peer.send(web_response("200 OK", "", std::string(100, 'x'))); });
  auto settings = before(server);
  settings.waiting = 100;
  ToldJobs told;
  auto fetcher = start(settings);
  std::vector<std::thread> givers;
  for (int giver = 0; giver < 4; ++giver)
    givers.emplace_back([&, giver] {
      for (int i = 0; i < 10'000; ++i) {
        const auto id = static_cast<std::uint64_t>(giver * 10'000 + i);
        fetcher->offer({.id = id, .resource = "http://a/" + std::to_string(id)}, told.listener());
        fetcher->foreground({.resource = "http://a/x", .bytes = 1, .hit = false});
      }
    });
  for (auto& giver : givers) giver.join();
  CHECK(fetcher->state().waiting <= 300);
  CHECK(wait_until([&] { return told.size() == 40'000; }));
  CHECK(told.count(Became::fetched) > 0);
  CHECK(told.count(Became::no_room) > 0);
}

TEST_CASE("a fetcher that cannot work is not started") {
  Fetcher::Settings settings;
  CHECK_THAT(Fetcher::start(settings, {}).error().message, Catch::Contains("127.0.0.1:8080"));
  settings.cache = SocketAddress::parse("127.0.0.1:1").value();
  settings.fewest = 9;
  settings.most = 8;
  CHECK_FALSE(Fetcher::start(settings, {}).has_value());
  settings.most = 16;
  settings.most_share = 2;
  CHECK_FALSE(Fetcher::start(settings, {}).has_value());
}
