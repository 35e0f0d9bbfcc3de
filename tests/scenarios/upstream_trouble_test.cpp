// Upstreams that are dead, die, and come back.
#include <signal.h>
#include <catch2/catch.hpp>

#include <tests/support/dns_client.h>
#include <tests/support/peers.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// One name that holds for a second only, so that tests of expiry are short.
constexpr const char* kShortLived =
    "$ORIGIN same.example.\n$TTL 1\n@ SOA ns1 hostmaster 1 7200 3600 1209600 1\n@ NS ns1\nns1 A 192.0.2.1\n"
    "www A 192.0.2.80\nother A 192.0.2.81\n";

Wishes patient() {
  Wishes wishes;
  wishes.patience = 10s;
  return wishes;
}

std::string forwarding_to(const SocketAddress& upstream, const std::string& more = "") {
  return "same.example:{port} {\n bind 127.0.0.1\n" + more + " forward . " + upstream.to_string() + "\n}\n";
}

bool answers_address(const SocketAddress& server, const char* name) {
  const auto reply = ask(server, name, RRType::A);
  return reply && reply->rcode() == Rcode::NOERROR && reply->message.answers.size() == 1;
}

// SERVFAIL within three seconds, with an extended error that names the network or the upstream (RFC 8914 sec. 4.23, 4.24).
void check_fails_clearly(const SocketAddress& server, const char* name) {
  const auto before = steady_clock::now();
  const auto reply = ask(server, name, RRType::A, patient());
  const auto took = steady_clock::now() - before;
  REQUIRE(reply);
  CHECK(reply->rcode() == Rcode::SERVFAIL);
  CHECK(took <= 3s);
  const auto cause = reply->extended_error();
  REQUIRE(cause);
  CHECK((cause->code == EdeCode::no_reachable_authority || cause->code == EdeCode::network_error));
}

TEST_CASE("nobody listens at the upstream: SERVFAIL with a cause, within three seconds") {
  Scratch scratch;
  auto ours = start_harbinger(scratch, forwarding_to(loopback(free_port())));
  check_fails_clearly(ours.address(), "www.same.example");
}

TEST_CASE("the upstream is frozen and says nothing: SERVFAIL with a cause, within three seconds") {
  if (!installed({"knotd"})) return;
  Scratch scratch;
  auto knot = start_knot(scratch, {{"same.example", scenario_zone("same.zone")}});
  auto ours = start_harbinger(scratch, forwarding_to(knot.address()));
  CHECK(answers_address(ours.address(), "ns2.same.example"));

  knot.process().freeze();
  check_fails_clearly(ours.address(), "mail.same.example");
  knot.process().signal(SIGCONT);
  CHECK(wait_until([&] { return answers_address(ours.address(), "under_score.same.example"); }));
}

TEST_CASE("an upstream is killed and started again: answers come back without help") {
  if (!installed({"knotd"})) return;
  Scratch scratch;
  auto knot = start_knot(scratch, {{"same.example", scratch.write("short.zone", kShortLived)}});
  auto ours = start_harbinger(scratch, forwarding_to(knot.address()));
  CHECK(answers_address(ours.address(), "www.same.example"));

  knot.kill();
  check_fails_clearly(ours.address(), "other.same.example");
  knot.start();
  CHECK(wait_until([&] { return answers_address(ours.address(), "other.same.example"); }, 15s));
}

TEST_CASE("one of two upstreams is killed: every question is still answered") {
  if (!installed({"knotd"})) return;
  Scratch scratch;
  const auto zone = scenario_zone("same.zone");
  auto first = start_knot(scratch, {{"same.example", zone}});
  auto second = start_knot(scratch, {{"same.example", zone}});
  auto ours = start_harbinger(scratch, "same.example:{port} {\n bind 127.0.0.1\n cache off\n forward . " +
                                           first.address().to_string() + " " + second.address().to_string() + "\n}\n");
  first.kill();
  int answered = 0;
  for (int i = 0; i < 20; ++i) answered += answers_address(ours.address(), "x.wild.same.example");
  CHECK(answered == 20);
}

TEST_CASE("a stale answer is given, and says so, while the upstream is dead") {
  if (!installed({"knotd"})) return;
  Scratch scratch;
  auto knot = start_knot(scratch, {{"same.example", scratch.write("short.zone", kShortLived)}});
  auto ours =
      start_harbinger(scratch, forwarding_to(knot.address(), " cache {\n serve_stale 1h\n stale_after 200ms\n }\n"));
  REQUIRE(answers_address(ours.address(), "www.same.example"));
  knot.kill();

  // The answer holds for a second; afterwards it is stale.
  std::optional<ExtendedError> cause;
  CHECK(wait_until([&] {
    const auto reply = ask(ours.address(), "www.same.example", RRType::A, patient());
    REQUIRE(reply);
    CHECK(reply->rcode() == Rcode::NOERROR);
    CHECK(reply->message.answers.size() == 1);
    cause = reply->extended_error();
    return cause.has_value();
  }));
  REQUIRE(cause);
  CHECK(cause->code == EdeCode::stale_answer);

  // The stale one itself is not tried again for half a minute (RFC 8767 sec. 5); others are answered as soon as the upstream is back.
  knot.start();
  CHECK(wait_until([&] { return answers_address(ours.address(), "other.same.example"); }, 15s));
}

}  // namespace
}  // namespace harbinger
