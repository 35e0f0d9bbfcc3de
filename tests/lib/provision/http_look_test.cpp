#include "provision/http_look.h"

#include <catch2/catch.hpp>

#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("a place answers when it says 2xx in time, whatever its body does") {
  std::string came;
  WebServer server([&](const WebRequest& request, WebPeer& peer) {
    came = request.head;
    if (request.path == "/ready") peer.send("HTTP/1.1 204 Ready\r\n\r\n");
    if (request.path == "/endless") peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
    if (request.path == "/busy") peer.send(web_response("503 Busy", "", ""));
    peer.wait_until_gone();
  });
  CHECK(answers_http(server.address(), "/ready", 10s));
  CHECK(came == "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
  CHECK(answers_http(server.address(), "/endless", 10s));
  CHECK_FALSE(answers_http(server.address(), "/busy", 10s));
  CHECK_FALSE(answers_http(server.address(), "/silent", 50ms));
  CHECK_FALSE(answers_http(SocketAddress::parse("127.0.0.1:1").value(), "/", 10s));
}

TEST_CASE("a place accepts connections where somebody listens") {
  const WebServer server([](const WebRequest&, WebPeer&) {});
  CHECK(accepts(server.address(), 10s));
  CHECK_FALSE(accepts(SocketAddress::parse("127.0.0.1:1").value(), 10s));
}
