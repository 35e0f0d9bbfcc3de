#include "provision/rest_client.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "provision/rest_patience.h"
#include "provision/watched_text.h"
#include "tests/lib/provision/remote_house.h"
#include "tests/support/api_server.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<RestClient> client_of(const std::string& url, const std::filesystem::path& ca = {},
                                      std::size_t most = 1 << 20) {
  return RestClient::make({.server = RestUrl::parse(url).value(), .ca = ca, .most_body = most}, system_clock()).value();
}

Result<RestAnswer> get(RestClient& client, const std::string& target = "/", MonotonicTime deadline = in_time()) {
  return client.call({.target = target}, {.deadline = deadline});
}

}  // namespace

TEST_CASE("an URL of an interface is read as host, port and path, and written the same") {
  const auto url = RestUrl::parse("https://[2001:db8::1]:6443/k8s/");
  REQUIRE(url);
  CHECK(url->host == "2001:db8::1");
  CHECK(url->port == 6443);
  CHECK(url->path == "/k8s");
  CHECK(url->to_string() == "https://[2001:db8::1]:6443/k8s");
  CHECK(RestUrl::parse("http://cloud.example").value().port == 80);
  for (const auto* wrong : {"", "cloud.example", "ftp://cloud.example", "https://", "https://a:b", "https://a:0",
                            "https://user@host", "https://host/a?b", "https://host/a b", "https://[::1"})
    CHECK_FALSE(RestUrl::parse(wrong));
}

TEST_CASE("requests go over one connection, and over a new one when the server has closed it") {
  ApiServer server([](const ApiRequest& request, ApiPeer& peer) { peer.answer(200, request.method + request.target); });
  const auto client = client_of(server.url() + "/base");
  for (int i = 0; i < 3; ++i) CHECK(get(*client, "/a")->body == "GET/base/a");
  CHECK(server.connections() == 1);
  server.close_connections();
  CHECK(get(*client, "/b")->body == "GET/base/b");
  CHECK(server.connections() == 2);
  CHECK(client->call({.method = "POST", .target = "/c", .body = "{}"}, {.deadline = in_time()})->body == "POST/base/c");
  CHECK(server.connections() == 3);
}

TEST_CASE("a server over TLS is trusted when the authority of the file vouches for its name, and not else") {
  const Scratch folder;
  const Authority ours(folder), theirs(folder, "other");
  const auto handler = [](const ApiRequest&, ApiPeer& peer) { peer.answer(200, "yes"); };
  ApiServer right(handler, ours.sign("localhost")), elsewhere(handler, ours.sign("cloud.example"));
  CHECK(get(*client_of(right.url(), ours.certificate()))->body == "yes");
  for (const auto& [url, ca] : {std::pair(right.url(), theirs.certificate()), {elsewhere.url(), ours.certificate()}}) {
    const auto refused = get(*client_of(url, ca));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unreachable);
    CHECK(refused.error().message.find("vouches") != std::string::npos);
  }
  CHECK_FALSE(RestClient::make({.server = RestUrl::parse(right.url()).value(), .ca = folder / "none"}, system_clock()));
}

TEST_CASE("an answer that is too long, cut, late or none is told apart") {
  ApiServer server([](const ApiRequest& request, ApiPeer& peer) {
    if (request.target == "/long") return peer.answer(200, std::string(4096, 'x'));
    if (request.target == "/cut") return peer.answer_partly(200, std::string(100, 'x'), 10);
    if (request.target == "/late") return (void)peer.rest(20s);
    peer.drop();
  });
  const auto client = client_of(server.url(), {}, 1024);
  CHECK(get(*client, "/long").error().code == ErrorCode::malformed);
  const auto cut = get(*client, "/cut");
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == ErrorCode::unreachable);
  CHECK(cut.error().message.find("whole") != std::string::npos);
  CHECK(get(*client, "/late", within(150ms)).error().code == ErrorCode::timeout);
  CHECK(get(*client, "/none").error().code == ErrorCode::unreachable);
  CHECK(get(*client, "/late", within(-1ms)).error().code == ErrorCode::timeout);
  CHECK(get(*client_of("http://127.0.0.1:1")).error().code == ErrorCode::unreachable);
}

TEST_CASE("one who waits for an answer can be told to stop") {
  ApiServer server([](const ApiRequest&, ApiPeer& peer) { (void)peer.rest(20s); });
  const auto client = client_of(server.url());
  std::stop_source stop;
  std::jthread teller([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const auto answer = client->call({}, {.deadline = in_time(), .stop = stop.get_token()});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::timeout);
  CHECK(answer.error().message.find("stop") != std::string::npos);
}

TEST_CASE("an answer that goes on is heard in parts, until nobody wants more") {
  ApiServer server([](const ApiRequest& request, ApiPeer& peer) {
    if (request.target == "/no") return peer.answer(410, "gone");
    peer.begin(200);
    while (peer.go_on("x") && peer.rest(5ms)) {
    }
    peer.drop();
  });
  const auto client = client_of(server.url());
  std::string heard;
  int calls = 0;
  const auto part = [&](std::string_view text) {
    ++calls;
    heard += text;
    return heard.size() < 3;
  };
  CHECK(client->follow({.target = "/"}, {.deadline = in_time()}, part)->status == 200);
  CHECK(heard.size() >= 3);
  CHECK(calls >= 2);
  CHECK(client->follow({.target = "/no"}, {.deadline = in_time()}, part)->body == "gone");
}

TEST_CASE("one who is told to come again later does so, unless that is too late") {
  std::atomic<int> asked = 0;
  ApiServer server([&](const ApiRequest& request, ApiPeer& peer) {
    if (request.target == "/never") return peer.answer(503, "", {{"Retry-After", "3600"}});
    if (++asked < 3) return peer.answer(429, "", {{"Retry-After", "0"}});
    peer.answer(200, "now");
  });
  const auto client = client_of(server.url());
  CHECK(call_patiently(*client, {.target = "/"}, {.deadline = in_time()}, system_clock())->body == "now");
  CHECK(asked == 3);
  CHECK(call_patiently(*client, {.target = "/never"}, {.deadline = within(500ms)}, system_clock())->status == 503);

  const FakeClock clock;
  const auto after = [&](unsigned status, const std::string& text) {
    return retry_after({.status = status, .body = {}, .fields = {{"retry-after", text}}}, clock);
  };
  CHECK(after(503, "7") == std::optional<Duration>(7s));
  CHECK(after(429, "soon") == std::optional<Duration>(1s));
  CHECK_FALSE(after(503, "soon"));
  CHECK_FALSE(after(200, "7"));
}

TEST_CASE("a token is read again when its file is another, and is one line of text") {
  const Scratch folder;
  WatchedText token(folder.write("token", "one\n"));
  CHECK(token.text().value() == "one");
  folder.write("new", "two\n");
  std::filesystem::rename(folder / "new", folder / "token");
  CHECK(token.text().value() == "two");
  CHECK(token.differs_from("one"));
  CHECK_FALSE(token.differs_from("two"));
  folder.write("token", "  \n");
  CHECK(token.text().error().code == ErrorCode::malformed);
  folder.write("token", "a\nX-Header: b\n");
  CHECK(token.text().error().code == ErrorCode::malformed);
  std::filesystem::remove(folder / "token");
  CHECK(token.text().error().code == ErrorCode::not_found);
}
