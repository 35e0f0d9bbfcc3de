#include <harbinger/http.h>

#include <vector>

#include "net/http_server.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::string_view_literals;

namespace {

const SocketAddress kAnyPort = SocketAddress::parse("127.0.0.1:0").value();

// A server with one path, /hello, and a failing one.
struct Hello {
  std::unique_ptr<HttpServer> server = std::move(HttpServer::listen(kAnyPort).value());
  HttpServer::Route hello = server->route("/hello", [](const HttpRequest& request) {
    return HttpResponse{200, "hello " + std::string(request.query) + "\n"};
  });
  HttpServer::Route broken =
      server->route("/broken", [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("oops"); });

  std::string tell(std::string_view request) const {
    HttpClient client(server->address());
    client.send(request);
    return client.receive();
  }
};

std::string get(std::string_view target, std::string_view fields = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE("the web server answers its paths and nothing else") {
  const Hello web;
  const auto response = http_get(web.server->address(), "/hello?who=me");
  CHECK(status_of(response) == 200);
  CHECK(body_of(response) == "hello who=me\n");
  CHECK_THAT(response, Catch::Contains("Content-Type: text/plain; charset=utf-8\r\n"));
  CHECK_THAT(response, Catch::Contains("\r\nDate: ") && Catch::Contains(" GMT\r\n"));
  CHECK(status_of(http_get(web.server->address(), "/")) == 404);
  CHECK(status_of(http_get(web.server->address(), "/hello/more")) == 404);
  CHECK(status_of(http_get(web.server->address(), "/../hello")) == 404);
  CHECK(status_of(web.tell(get("http://test/hello"))) == 200);
}

TEST_CASE("the web server answers HEAD without a body but with its length") {
  const Hello web;
  HttpClient client(web.server->address());
  client.send("HEAD /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto response = client.receive(true);
  CHECK(status_of(response) == 200);
  CHECK(body_of(response).empty());
  CHECK_THAT(response, Catch::Contains("Content-Length: 7\r\n"));
  client.send("HEAD /nothing HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(status_of(client.receive(true)) == 404);
  client.send(get("/hello"));
  CHECK(body_of(client.receive()) == "hello \n");
}

TEST_CASE("the web server keeps a connection of HTTP/1.1 and ends one of HTTP/1.0") {
  const Hello web;
  HttpClient client(web.server->address());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/hello"));
    CHECK(status_of(client.receive()) == 200);
  }
  client.send(get("/hello", "Connection: close\r\n"));
  CHECK(status_of(client.receive()) == 200);
  client.end_of_sending();
  CHECK(client.closed());

  HttpClient old(web.server->address());
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  CHECK(status_of(old.receive()) == 200);
  old.end_of_sending();
  CHECK(old.closed());
}

TEST_CASE("the web server answers pipelined requests in order") {
  const Hello web;
  HttpClient client(web.server->address());
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += get("/hello?" + std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 200; ++i) REQUIRE(body_of(client.receive()) == "hello " + std::to_string(i) + "\n");
}

TEST_CASE("the web server refuses other methods and says which there are") {
  const Hello web;
  const auto response = web.tell("DELETE /hello HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(status_of(response) == 405);
  CHECK_THAT(response, Catch::Contains("Allow: GET, HEAD\r\n"));
  CHECK(status_of(web.tell("HELLO /hello HTTP/1.1\r\nHost: test\r\n\r\n")) == 501);
  CHECK(status_of(web.tell("CONNECT test:80 HTTP/1.1\r\nHost: test\r\n\r\n")) == 400);
}

TEST_CASE("the web server reads no bodies, however they are announced") {
  const Hello web;
  for (const std::string body :
       {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Content-Length: 999999999999\r\n\r\nx"}) {
    HttpClient client(web.server->address());
    client.send("GET /hello HTTP/1.1\r\nHost: test\r\n" + body);
    CHECK(status_of(client.receive()) == 413);
    client.end_of_sending();
    CHECK(client.closed());
  }
  CHECK(status_of(web.tell(get("/hello", "Content-Length: 0\r\n"))) == 200);
  CHECK(status_of(web.tell(get("/hello", "Expect: 100-continue\r\n"))) == 417);
  CHECK(status_of(web.tell(get("/hello", "Expect: 100-continue\r\nContent-Length: 5\r\n"))) == 413);
}

TEST_CASE("the web server takes no request that two servers could read differently") {
  const Hello web;
  const auto refuses = [&](std::string_view request) {
    HttpClient client(web.server->address());
    client.send(request);
    const auto status = status_of(client.receive());
    client.end_of_sending();
    return status >= 400 && client.closed();
  };
  CHECK(refuses(get("/hello", "Content-Length: -5\r\n")));
  CHECK(refuses(get("/hello", "Content-Length: 99999999999999999999999\r\n")));
  CHECK(refuses(get("/hello", "Content-Length: 5\r\nContent-Length: 6\r\n")));
  CHECK(refuses(get("/hello", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")));
  CHECK(refuses(get("/hello", "Host: other\r\n")));
  CHECK(refuses(get("/hello", "Name : value\r\n")));
  CHECK(refuses("GET /hello HTTP/1.1\r\n\r\n"));
  CHECK(refuses("GET hello HTTP/1.1\r\nHost: test\r\n\r\n"));
  CHECK(refuses("GET /hello HTTP/2.0\r\nHost: test\r\n\r\n"));
  CHECK(refuses("GET /he\0llo HTTP/1.1\r\nHost: test\r\n\r\n"sv));
}

TEST_CASE("the web server answers garbage and oversized heads, and goes on for others") {
  const Hello web;
  CHECK(status_of(web.tell("\x16\x03\x01\x02\x01garbage\r\n\r\n")) == 400);
  CHECK(status_of(web.tell("\r\n\r\n\r\n\r\n \r\n\r\n")) == 400);
  CHECK(status_of(web.tell(get("/hello", "Large: " + std::string(20000, 'x') + "\r\n"))) == 431);
  CHECK(status_of(web.tell("GET /" + std::string(20000, 'x') + " HTTP/1.1\r\nHost: test\r\n\r\n")) == 431);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a:\r\n";
  CHECK(status_of(web.tell(get("/hello", many))) == 431);
  CHECK(status_of(http_get(web.server->address(), "/hello")) == 200);
}

TEST_CASE("a failing handler of the web server costs one response") {
  const Hello web;
  const auto response = http_get(web.server->address(), "/broken");
  CHECK(status_of(response) == 500);
  CHECK_THAT(response, !Catch::Contains("oops"));
  CHECK(status_of(http_get(web.server->address(), "/hello")) == 200);
}

TEST_CASE("slow clients of the web server push out each other, not the honest one") {
  const Hello web;
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<HttpClient>(web.server->address()));
    slow.back()->send("GET /hello HTTP/1.1\r\nHost:");
  }
  CHECK(status_of(http_get(web.server->address(), "/hello")) == 200);
  CHECK(slow.front()->closed());
  slow.back()->send(" test\r\n\r\n");
  CHECK(status_of(slow.back()->receive()) == 200);
}

TEST_CASE("a client that dribbles its request to the web server is closed by the deadline") {
  const auto server = net::HttpListener::open(kAnyPort, {.patience = std::chrono::milliseconds(20)}).value_or(nullptr);
  REQUIRE(server);
  HttpClient client(server->address());
  client.send("GET / HTTP/1.1\r\n");
  CHECK(client.closed());
}

TEST_CASE("of several handlers of a path the newest answers, and after it the one before") {
  const Hello web;
  {
    const auto newer = web.server->route("/hello", [](const HttpRequest&) { return HttpResponse{200, "newer\n"}; });
    CHECK(body_of(http_get(web.server->address(), "/hello")) == "newer\n");
  }
  CHECK(body_of(http_get(web.server->address(), "/hello")) == "hello \n");
}

TEST_CASE("two users of one address share a web server, which closes after the last") {
  auto first = HttpServer::shared(kAnyPort).value();
  auto second = HttpServer::shared(kAnyPort).value();
  const auto address = first->address();
  CHECK(second->address() == address);

  const auto from_second = second->route("/second", [](const HttpRequest&) { return HttpResponse{200, "second\n"}; });
  first.reset();
  CHECK(status_of(http_get(address, "/second")) == 200);
  second.reset();
  CHECK_THROWS(HttpClient(address));
}

TEST_CASE("a web server says which port is in use") {
  const auto first = HttpServer::listen(kAnyPort).value()->address();
  const auto holder = HttpServer::listen({first.ip, first.port});
  REQUIRE(holder);
  const auto second = HttpServer::listen({first.ip, first.port});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK_THAT(second.error().message, Catch::Contains(first.to_string()));
}

TEST_CASE("a web server on all addresses of IPv6 answers on IPv4 too") {
  const auto server = HttpServer::listen({IpAddress(), 0});
  if (!server) return;  // no IPv6 here
  CHECK(status_of(http_get((*server)->address(), "/")) == 404);
}
