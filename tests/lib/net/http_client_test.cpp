#include "net/http_client.h"

#include <array>
#include <chrono>
#include <functional>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <harbinger/http.h>
#include "net/asio_address.h"
#include "net/client_tls.h"
#include "net/http_call.h"
#include "tests/support/api_server.h"
#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::net;
using namespace harbinger::test;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

constexpr std::size_t kMost = 1 << 20;

// A client whose steps are taken one by one.
struct Hand {
  boost::asio::io_context context{1};
  std::unique_ptr<HttpClient> client = HttpClient::make(context);
  HttpAnswerHead head;
  std::string body;

  HttpTrouble take(HttpClient::Step step) {
    error_code end;
    context.restart();
    boost::asio::co_spawn(context, std::move(step), [&](const std::exception_ptr& thrown, error_code error) {
      if (thrown) std::rethrow_exception(thrown);
      end = error;
    });
    context.run();
    return trouble_of(end);
  }
  HttpTrouble connect(const SocketAddress& server) {
    const std::vector places{to_endpoint<HttpClient::Tcp>(server)};
    return take(client->connect(places));
  }
  HttpTrouble ask(const std::string& target) { return take(client->ask({.target = target, .host = "a.example"})); }
  HttpTrouble read_head() { return take(client->read_head(head)); }
  HttpTrouble read_body(std::size_t most = kMost) { return take(client->read_body(body, most)); }
};

HttpUrl url_of(const std::string& text) { return HttpUrl::parse(text).value(); }

// A server that says this to whoever asks, and then closes unless it is to be asked again.
WebServer saying(std::string octets, bool stays = false) {
  return WebServer([octets = std::move(octets), stays](const WebRequest&, WebPeer& peer) {
    peer.send(octets);
    if (!stays) peer.close();
  });
}

HttpOutcome call(const SocketAddress& server, std::chrono::milliseconds patience = 10s) {
  return http_call(url_of("http://" + server.to_string()), {}, {.patience = patience, .most_body = 1000});
}

}  // namespace

TEST_CASE("a request is sent as it is told, its fields in order") {
  std::string came;
  WebServer server([&](const WebRequest& request, WebPeer& peer) {
    came = request.head;
    peer.send(web_response("200 OK", "", ""));
  });
  HttpAsk ask{.target = "/a?b", .host = "a.example", .fields = {{"X-One", "1"}, {"Accept", "*/*"}, {"X-Two", "2"}}};
  ask.set("x-one", "3");
  http_call(url_of("http://" + server.address().to_string()), ask, {.patience = 10s});
  CHECK(came == "GET /a?b HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nX-Two: 2\r\nx-one: 3\r\n");
  ask = {.method = "POST", .host = "b.example"};
  http_call(url_of("http://" + server.address().to_string()), ask, {.patience = 10s});
  CHECK(came == "POST / HTTP/1.1\r\nHost: b.example\r\nContent-Length: 0\r\n");
}

TEST_CASE("a connection is used again after a whole answer") {
  ApiServer server([](const ApiRequest& request, ApiPeer& peer) {
    peer.answer(200, request.target + std::string(200'000, 'x'), {{"X-A", "1"}, {"x-a", "2"}});
  });
  Hand hand;
  REQUIRE(hand.connect(SocketAddress::parse(server.url().substr(7)).value()) == HttpTrouble::none);
  for (const std::string target : {"/a", "/b"}) {
    hand.body.clear();
    REQUIRE(hand.ask(target) == HttpTrouble::none);
    REQUIRE(hand.read_head() == HttpTrouble::none);
    CHECK((hand.head.status == 200 && hand.head.length == 200'002));
    CHECK((hand.head.field("x-A") == "1" && hand.head.joined("X-a") == "1, 2"));
    CHECK((hand.head.has("X-A") && !hand.head.has("X-B") && hand.head.field("X-B").empty()));
    CHECK_FALSE(hand.client->done());
    REQUIRE(hand.read_body() == HttpTrouble::none);
    CHECK(hand.body == target + std::string(200'000, 'x'));
    CHECK((hand.client->done() && hand.client->keep_alive()));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a body ends with its length, its last chunk or the connection") {
  const auto plain = saying(web_response("404 No", "", "whole"));
  CHECK((call(plain.address()).body == "whole" && call(plain.address()).status == 404));
  const auto chunked =
      saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nwh\r\n3;a=b\r\nole\r\n0\r\nX-Late: 1\r\n\r\n");
  CHECK(call(chunked.address()).body == "whole");
  const auto closed = saying("HTTP/1.1 200 OK\r\n\r\nwhole");
  CHECK(call(closed.address()).body == "whole");
  const auto none = saying("HTTP/1.1 204 None\r\n\r\n");
  CHECK((call(none.address()).trouble == HttpTrouble::none && call(none.address()).body.empty()));
}

TEST_CASE("a body is read in parts no larger than the room for it") {
  const auto server = saying(web_response("200 OK", "", "0123456789"), true);
  Hand hand;
  REQUIRE(hand.connect(server.address()) == HttpTrouble::none);
  REQUIRE(hand.ask("/") == HttpTrouble::none);
  REQUIRE(hand.read_head() == HttpTrouble::none);
  std::array<char, 4> room{};
  while (!hand.client->done()) {
    std::size_t got = 0;
    REQUIRE(hand.take(hand.client->read_some(room, got)) == HttpTrouble::none);
    hand.body.append(room.data(), got);
  }
  CHECK(hand.body == "0123456789");
}

TEST_CASE("what is wrong with an answer is told apart") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::pair<std::string, HttpTrouble> answers[]{
      {"", HttpTrouble::unanswered},
      {"HTTP/1.1 200", HttpTrouble::broke_off},
      {ok + "Content-Length: 9\r\n\r\nhalf", HttpTrouble::broke_off},
      {ok + "Transfer-Encoding: chunked\r\n\r\n9\r\nhalf", HttpTrouble::broke_off},
      {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", HttpTrouble::no_http},
      {ok + "Content-Length: 1001\r\n\r\n", HttpTrouble::large_body},
      {ok + "\r\n" + std::string(1001, 'x'), HttpTrouble::large_body},
      {ok + "X-Long: " + std::string(9000, 'x'), HttpTrouble::large_head},
      {"SSH-2.0-OpenSSH_9.2\r\n", HttpTrouble::no_http},
  };
  for (const auto& [octets, trouble] : answers) {
    const auto server = saying(octets);
    CAPTURE(octets.substr(0, 60));
    CHECK(call(server.address()).trouble == trouble);
  }
  const auto nobody = http_call(url_of("http://127.0.0.1:1"), {}, {.patience = 10s});
  CHECK((nobody.trouble == HttpTrouble::other && nobody.error.message() == "Connection refused"));
}

TEST_CASE("a head that never ends is given up, however small its fields") {
  WebServer server([](const WebRequest&, WebPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X-Some: field\r\n")) {
    }
    peer.close();
  });
  CHECK(call(server.address()).trouble == HttpTrouble::large_head);
}

TEST_CASE("a chunk's wrapping that never ends is given up") {
  WebServer server([](const WebRequest&, WebPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    while (peer.send("long=x;")) {
    }
    peer.close();
  });
  CHECK(call(server.address()).error);
}

TEST_CASE("who drips is left with the deadline") {
  WebServer server([](const WebRequest& request, WebPeer& peer) {
    peer.send(request.path == "/head" ? "HTTP/1.1 200 OK\r\nX-" : "HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send("x")) std::this_thread::sleep_for(5ms);
    peer.close();
  });
  Hand head, body;
  for (auto* hand : {&head, &body}) {
    REQUIRE(hand->connect(server.address()) == HttpTrouble::none);
    hand->client->expires_after(100ms);
    REQUIRE(hand->ask(hand == &head ? "/head" : "/") == HttpTrouble::none);
  }
  CHECK(head.read_head() == HttpTrouble::timeout);
  REQUIRE(body.read_head() == HttpTrouble::none);
  CHECK(body.read_body() == HttpTrouble::timeout);
  CHECK((call(server.address(), 100ms).trouble == HttpTrouble::timeout && !call(server.address(), 100ms).error));
}

TEST_CASE("interim answers are heads of their own, and skipped for who wants the final one") {
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  WebServer server([&](const WebRequest& request, WebPeer& peer) {
    if (request.path != "/endless") return void(peer.send(hints + hints + web_response("200 OK", "", "whole")));
    while (peer.send(hints)) {
    }
    peer.close();
  });
  Hand hand;
  REQUIRE(hand.connect(server.address()) == HttpTrouble::none);
  REQUIRE(hand.ask("/") == HttpTrouble::none);
  REQUIRE(hand.read_head() == HttpTrouble::none);
  CHECK((hand.head.status == 103 && hand.head.field("Link") == "</a>" && hand.client->done()));
  REQUIRE(hand.take(hand.client->read_final_head(hand.head, 8192)) == HttpTrouble::none);
  CHECK((hand.head.status == 200 && !hand.head.has("Link")));
  REQUIRE(hand.read_body() == HttpTrouble::none);
  CHECK(hand.body == "whole");
  REQUIRE(hand.ask("/endless") == HttpTrouble::none);
  CHECK(hand.take(hand.client->read_final_head(hand.head, 8192)) == HttpTrouble::no_http);
}

TEST_CASE("over TLS only a server is asked that somebody vouches for by its name") {
  const Scratch folder;
  const Authority ours(folder), theirs(folder, "other");
  int asked = 0;
  const auto handler = [&](const ApiRequest& request, ApiPeer& peer) {
    ++asked;
    peer.answer(200, request.method + request.body);
  };
  ApiServer right(handler, ours.sign("localhost")), elsewhere(handler, ours.sign("a.example"));
  const auto trusting = client_tls({.ca = ours.certificate()}).value();
  const auto doubting = client_tls({.ca = theirs.certificate()}).value();
  const HttpAsk ask{.method = "PUT", .host = "localhost", .body = std::string(100'000, 'x')};
  const HttpCallLimits limits{.patience = 10s, .most_body = kMost};
  const auto told = http_call(url_of(right.url()), ask, limits, trusting.get());
  CHECK((told.status == 200 && told.body == "PUT" + ask.body));
  CHECK(http_call(url_of(right.url()), ask, limits, doubting.get()).trouble == HttpTrouble::not_trusted);
  CHECK(http_call(url_of(elsewhere.url()), ask, limits, trusting.get()).trouble == HttpTrouble::not_trusted);
  CHECK(asked == 1);
  ApiServer plain(handler);
  CHECK(http_call(url_of("https" + plain.url().substr(4)), ask, limits, trusting.get()).error);
  CHECK(client_tls({.ca = folder / "none"}).error().code == ErrorCode::not_found);
}

TEST_CASE("a server that breaks off within TLS has broken off") {
  const Scratch folder;
  const Authority ours(folder);
  ApiServer server([](const ApiRequest&, ApiPeer& peer) { peer.answer_partly(200, "whole", 2); },
                   ours.sign("localhost"));
  const auto tls = client_tls({.ca = ours.certificate()}).value();
  const auto cut = http_call(url_of(server.url()), {.host = "localhost"}, {.patience = 10s, .most_body = 9}, tls.get());
  CHECK(cut.trouble == HttpTrouble::broke_off);
}

TEST_CASE("a server is asked at an address of IPv6") {
  const auto server = HttpServer::listen(SocketAddress::parse("[::1]:0").value());
  if (!server) return;  // a machine without
  const auto route = (*server)->route("/a", [](const HttpRequest&) { return HttpResponse{.body = "whole"}; });
  const auto url = url_of("http://" + (*server)->address().to_string() + "/a");
  CHECK(http_call(url, {.target = url.path, .host = url.authority}, {.patience = 10s, .most_body = 9}).body == "whole");
}
