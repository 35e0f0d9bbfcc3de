// Times of other people's clocks that are thousands of years ahead.
#include <catch2/catch.hpp>

#include <atomic>

#include "provision/keystone.h"
#include "provision/rest_patience.h"
#include "tests/support/scratch.h"
#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("who should ask again in thousands of years is told a day") {
  const FakeClock clock;
  const auto after = [&](const char* text) {
    return retry_after({.status = 503, .fields = {{"retry-after", text}}}, clock);
  };
  CHECK(after("Fri, 31 Dec 9999 23:59:59 GMT") == Duration(24h));
  CHECK(after("Sat, 01 Jan 0000 00:00:00 GMT") == Duration(50ms));
  CHECK(after("Tue, 14 Nov 2023 22:13:30 GMT") == Duration(9s));  // the clock stands at 22:13:21
}

TEST_CASE("a token that ends in thousands of years is held for one") {
  constexpr std::string_view kBody =
      R"({"token":{"issued_at":"2026-11-27T09:00:00.000000Z","expires_at":"9999-12-31T23:59:59.000000Z",)"
      R"("catalog":[{"type":"compute","endpoints":[{"region_id":"r","interface":"public","url":"http://127.0.0.1:1"}]}]}})";
  std::atomic<int> asked = 0;
  const WebServer server([&](const WebRequest& request, WebPeer& peer) {
    if (request.method != "POST") return peer.close();
    ++asked;
    peer.send("HTTP/1.1 201 Created\r\nX-Subject-Token: t\r\nContent-Length: " + std::to_string(kBody.size()) +
              "\r\n\r\n" + std::string(kBody));
  });
  const Scratch scratch;

  FakeClock clock;
  const auto keystone = Keystone::make({.auth_url = RestUrl::parse("http://" + server.address().to_string()).value(),
                                        .user = "u",
                                        .project = "p",
                                        .secret = scratch.write("password", "secret\n")},
                                       clock)
                            .value();
  const auto ask = [&] { return keystone->access({.deadline = clock.now() + 5s}).value().token; };
  CHECK(ask() == "t");
  clock.advance(364 * 24h);
  CHECK(ask() == "t");
  CHECK(asked == 1);
  clock.advance(2 * 24h);
  CHECK(ask() == "t");
  CHECK(asked == 2);
}
