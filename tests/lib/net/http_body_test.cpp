#include <harbinger/http.h>

#include <vector>

#include "net/http_server.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

const SocketAddress kAnyPort = SocketAddress::parse("127.0.0.1:0").value();
constexpr std::size_t kMost = 1000;

std::string echo(const HttpRequest& request) {
  const bool posted = request.method == HttpMethod::post;
  return (posted ? "post " : "other ") + std::to_string(request.body.size()) + " " + std::string(request.body) + "|" +
         std::string(request.field("content-type")) + "|" + std::string(request.field("Authorization")) + "|" +
         request.peer.ip.to_string();
}

// A server with a path that takes bodies and one that does not.
struct Echo {
  std::unique_ptr<HttpServer> server = std::move(HttpServer::listen(kAnyPort).value());
  HttpServer::Route posts =
      server->route("/echo", {.get = false, .options = true, .most_body = kMost}, [](const HttpRequest& request) {
        if (request.method == HttpMethod::options) return HttpResponse{204, "", "", {{"Allow", "POST"}}};
        return HttpResponse{202, echo(request), "text/plain", {{"Retry-After", "7"}, {"Cache-Control", "max-age=60"}}};
      });
  HttpServer::Route gets = server->route("/plain", [](const HttpRequest&) { return HttpResponse{200, "plain\n"}; });

  std::string tell(std::string_view request) const {
    HttpClient client(server->address());
    client.send(request);
    return client.receive();
  }
};

std::string post(std::string_view body, std::string_view fields = {}, std::string_view path = "/echo") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string chunked(std::string_view chunks, std::string_view fields = {}) {
  return "POST /echo HTTP/1.1\r\nHost: test\r\n" + std::string(fields) + "Transfer-Encoding: chunked\r\n\r\n" +
         std::string(chunks);
}

}  // namespace

TEST_CASE("the web server hands body, fields and peer of a POST to the handler") {
  const Echo web;
  const auto response = web.tell(post("hello", "Content-Type: text/plain\r\nauthorization: Bearer x\r\n"));
  CHECK(status_of(response) == 202);
  CHECK(body_of(response) == "post 5 hello|text/plain|Bearer x|127.0.0.1");
  CHECK(body_of(web.tell(post(""))).starts_with("post 0 |"));
}

TEST_CASE("a handler of the web server can set fields of its response") {
  const Echo web;
  const auto response = web.tell(post("hello"));
  CHECK_THAT(response, Catch::Contains("Retry-After: 7\r\n") && Catch::Contains("Cache-Control: max-age=60\r\n"));
  CHECK_THAT(response, !Catch::Contains("no-store"));
}

TEST_CASE("the web server answers a preflight without a body") {
  const Echo web;
  HttpClient client(web.server->address());
  client.send("OPTIONS /echo HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto response = client.receive(true);
  CHECK(status_of(response) == 204);
  CHECK_THAT(response, Catch::Contains("Allow: POST\r\n") && !Catch::Contains("Content-Length") &&
                           !Catch::Contains("Content-Type:"));
  client.send(post("next"));
  CHECK(status_of(client.receive()) == 202);
}

TEST_CASE("a path of the web server refuses the methods that it does not take") {
  const Echo web;
  const auto to_plain = web.tell(post("hello", {}, "/plain"));
  CHECK(status_of(to_plain) == 405);
  CHECK_THAT(to_plain, Catch::Contains("Allow: GET, HEAD\r\n"));
  const auto get = web.tell("GET /echo HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(status_of(get) == 405);
  CHECK_THAT(get, Catch::Contains("Allow: POST, OPTIONS\r\n"));
  CHECK(status_of(web.tell(post("hello", {}, "/nothing"))) == 404);
}

TEST_CASE("the web server takes PUT where a path wants it, and as long as it allows") {
  const Echo web;
  const auto route = web.server->route("/kept", {.most_put = kMost}, [](const HttpRequest& request) {
    return HttpResponse{200, std::string(request.field("if-match")) + "|" + std::string(request.body)};
  });
  const auto put = [](std::string_view path, const std::string& body) {
    return "PUT " + std::string(path) +
           " HTTP/1.1\r\nHost: test\r\nIf-Match: \"7\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  };
  CHECK(body_of(web.tell(put("/kept", "hello"))) == "\"7\"|hello");
  CHECK(status_of(web.tell(put("/kept", std::string(kMost + 1, 'x')))) == 413);
  CHECK(status_of(web.tell(put("/echo", "hello"))) == 405);
  CHECK_THAT(web.tell(post("hello", {}, "/kept")), Catch::Contains("Allow: GET, HEAD, PUT\r\n"));
  CHECK(status_of(web.tell("PUT /kept HTTP/1.1\r\nHost: test\r\n\r\n")) == 411);
}

TEST_CASE("the web server takes DELETE where a path wants it, without a body") {
  const Echo web;
  const auto route = web.server->route("/kept", {.remove = true}, [](const HttpRequest& request) {
    return HttpResponse{200, request.method == HttpMethod::remove ? "gone " + request.value("id") : "here"};
  });
  CHECK(body_of(web.tell("DELETE /kept?id=7 HTTP/1.1\r\nHost: test\r\n\r\n")) == "gone 7");
  CHECK(status_of(web.tell("DELETE /echo HTTP/1.1\r\nHost: test\r\n\r\n")) == 405);
  CHECK_THAT(web.tell(post("hello", {}, "/kept")), Catch::Contains("Allow: GET, HEAD, DELETE\r\n"));
}

TEST_CASE("the web server puts chunks together and leaves out what stands behind them") {
  const Echo web;
  CHECK(body_of(web.tell(chunked("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"))).starts_with("post 11 hello world|"));
  const auto trailed = web.tell(chunked("1\r\nx\r\n0\r\nAuthorization: Bearer stolen\r\n\r\n"));
  CHECK(body_of(trailed) == "post 1 x|||127.0.0.1");
}

TEST_CASE("the web server answers pipelined bodies in order") {
  const Echo web;
  HttpClient client(web.server->address());
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests +=
        i % 2 ? post("number " + std::to_string(i)) : chunked("2\r\n" + std::to_string(10 + i) + "\r\n0\r\n\r\n");
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    const auto body = i % 2 ? "number " + std::to_string(i) : std::to_string(10 + i);
    REQUIRE_THAT(body_of(client.receive()), Catch::Contains(" " + body + "|"));
  }
}

TEST_CASE("the web server refuses a body beyond the path's limit before it is sent") {
  const Echo web;
  CHECK(status_of(web.tell(post(std::string(kMost, 'x')))) == 202);
  for (const auto* announced : {"1001", "999999999999", "18446744073709551615"}) {
    HttpClient client(web.server->address());
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::string(announced) + "\r\n\r\n");
    CHECK(status_of(client.receive()) == 413);
    client.end_of_sending();
    CHECK(client.closed());
  }
}

TEST_CASE("the web server refuses chunks beyond the path's limit while they come") {
  const Echo web;
  CHECK(status_of(web.tell(chunked("3e9\r\n"))) == 413);
  CHECK(status_of(web.tell(chunked("ffffffffffffffff\r\n"))) == 413);
  std::string many;
  for (int i = 0; i < 11; ++i) many += "64\r\n" + std::string(100, 'x') + "\r\n";
  CHECK(status_of(web.tell(chunked(many))) == 413);
}

TEST_CASE("the web server refuses chunks that are nearly all wrapping") {
  const Echo web;
  std::string wrapped;
  for (int i = 0; i < 500; ++i) wrapped += "1;" + std::string(100, 'e') + "\r\nx\r\n";
  CHECK(status_of(web.tell(chunked(wrapped))) == 413);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 5000; ++i) trailers += "a: b\r\n";
  CHECK(status_of(web.tell(chunked(trailers))) >= 400);
}

TEST_CASE("the web server says to go on to whoever waits for it") {
  const Echo web;
  HttpClient client(web.server->address());
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.receive() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  CHECK(body_of(client.receive()).starts_with("post 5 hello|"));

  // Refused before it was sent: no 100.
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n");
  CHECK(status_of(client.receive()) == 413);
  CHECK(status_of(web.tell(post("hello", "Expect: a miracle\r\n"))) == 417);
}

TEST_CASE("the web server takes no body whose end is open") {
  const Echo web;
  const std::string head = "POST /echo HTTP/1.1\r\nHost: test\r\n";
  CHECK(status_of(web.tell(head + "\r\n")) == 411);
  CHECK(status_of(web.tell(head + "Transfer-Encoding: gzip\r\n\r\n")) == 501);
  CHECK(status_of(web.tell(head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")) == 501);
  CHECK(status_of(web.tell(head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello")) == 400);
  CHECK(status_of(web.tell(head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello")) == 400);
  CHECK(status_of(web.tell(head + "Content-Length: five\r\n\r\nhello")) == 400);
  CHECK(status_of(web.tell(chunked("five\r\nhello\r\n0\r\n\r\n"))) == 400);
  CHECK(status_of(web.tell(chunked("5\r\nhello!\r\n0\r\n\r\n"))) == 400);
}

TEST_CASE("a client that dribbles its body to the web server is closed by the deadline") {
  const auto server = net::HttpListener::open(kAnyPort, {.patience = std::chrono::milliseconds(20)}).value_or(nullptr);
  REQUIRE(server);
  const auto route = server->route("/echo", {.most_body = kMost}, [](const HttpRequest&) { return HttpResponse{}; });
  HttpClient client(server->address());
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 500\r\n\r\nhel");
  CHECK(client.closed());
  HttpClient waiting(server->address());
  waiting.send("POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n");
  CHECK(waiting.receive().starts_with("HTTP/1.1 100"));
  CHECK(waiting.closed());
}

TEST_CASE("a client that goes away within its body costs the web server nothing") {
  const Echo web;
  {
    HttpClient client(web.server->address());
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 500\r\n\r\nhel");
  }
  CHECK(status_of(web.tell(post("hello"))) == 202);
}

TEST_CASE("a web server can be told to allow more connections") {
  const auto slowest_is_closed = [](std::size_t allowed) {
    const Echo web;
    if (allowed != 0) web.server->allow_connections(allowed);
    std::vector<std::unique_ptr<HttpClient>> clients;
    for (int i = 0; i < 100; ++i) {
      clients.push_back(std::make_unique<HttpClient>(web.server->address()));
      clients.back()->send("GET /plain HTTP/1.1\r\n");
    }
    CHECK(status_of(http_get(web.server->address(), "/plain")) == 200);
    // Whoever is still there is answered now, whoever was closed is not.
    clients.front()->send("Host: test\r\n\r\n");
    return status_of(clients.front()->receive()) != 200;
  };
  CHECK(slowest_is_closed(0));
  CHECK_FALSE(slowest_is_closed(200));
}
