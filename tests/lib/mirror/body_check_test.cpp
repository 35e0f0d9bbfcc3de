#include "mirror/body_check.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include "tests/support/web_server.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// Of "the film".
constexpr std::string_view kDigest = "sha-256=:qxzT6SGvqUiSEsA6BUL1zC362UXyBs3YyWrOt3KRLOQ=:";

BodyFacts check(const SocketAddress& server, Duration patience = 10s, bool take_word = false) {
  boost::asio::io_context context(1);
  BodyFacts facts;
  BodyOrder order{.server = server,
                  .target = {.host = "a.example", .path = "/film"},
                  .most_bytes = 100,
                  .deadline = system_clock().now() + patience,
                  .take_word = take_word,
                  .accept_encoding = "br"};
  boost::asio::co_spawn(context, check_body(context, order, system_clock()),
                        [&](const std::exception_ptr&, BodyFacts found) { facts = std::move(found); });
  context.run();
  return facts;
}

BodyFacts check_answer(const std::string& octets, bool take_word = false) {
  WebServer server([&](const WebRequest&, WebPeer& peer) {
    peer.send(octets);
    peer.close();
  });
  return check(server.address(), 10s, take_word);
}

}  // namespace

TEST_CASE("a body is hashed as a cache gives it out to a fetcher") {
  std::string came;
  WebServer server([&](const WebRequest& request, WebPeer& peer) {
    came = request.head;
    peer.send(web_response("200 OK", "X-Cache: HIT\r\nContent-Encoding: br\r\n", "the film"));
  });
  const auto facts = check(server.address());
  CHECK(came ==
        "GET /film HTTP/1.1\r\nHost: a.example\r\nUser-Agent: harbinger\r\nAccept: */*\r\nConnection: close\r\n"
        "Sec-Purpose: prefetch\r\nPurpose: prefetch\r\nAccept-Encoding: br\r\n");
  CHECK((facts.good() && facts.bytes == 8 && facts.cache == BodyFacts::Cache::hit && facts.coding == "br"));
  CHECK(facts.sha256 == read_repr_digest(kDigest));
}

TEST_CASE("a server's word for its body will do where it is trusted") {
  const auto answer = web_response("200 OK", "Repr-Digest: " + std::string(kDigest) + "\r\n", "another");
  const auto told = check_answer(answer, true);
  CHECK((told.good() && told.digest_by_word && told.sha256 == read_repr_digest(kDigest)));
  const auto read = check_answer(answer);
  CHECK((read.good() && !read.digest_by_word && read.sha256 != read_repr_digest(kDigest)));
}

TEST_CASE("a body that is of no use says why") {
  CHECK(check_answer(web_response("404 Not Found", "", "no")).trouble == "answers with status 404");
  CHECK(check_answer("").trouble == "does not answer: end of stream");
  CHECK(check_answer("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nthe ").trouble ==
        "breaks off after 4 octets: partial message");
  CHECK(check_answer("gopher").trouble.starts_with("does not answer: "));
  CHECK(check_answer(web_response("200 OK", "", std::string(101, 'x'))).too_large);
  CHECK(check_answer("HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x')).too_large);
  CHECK(check(SocketAddress::parse("127.0.0.1:1").value()).trouble == "cannot be reached: Connection refused");
}

TEST_CASE("a body that drips is left with the deadline") {
  WebServer server([](const WebRequest&, WebPeer& peer) {
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send("x")) std::this_thread::sleep_for(5ms);
    peer.close();
  });
  CHECK_THAT(check(server.address(), 100ms).trouble, Contains("breaks off after"));
}
