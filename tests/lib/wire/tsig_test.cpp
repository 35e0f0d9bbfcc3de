#include <harbinger/tsig.h>

#include "tests/lib/wire/tsig_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

using Catch::Matchers::Contains;

// What Knot's kdig sent at kNoon.
const Bytes kByKdig = from_hex(
    "0e4f01200001000000000001076578616d706c65036f7267000006000103757064076578616d706c650000fa00ff00000000003d0b686d6163"
    "2d"
    "7368613235360000006b089237012c0020a06537924cbb9d9b3862135426e1be8d34251ffa45218ceccb67ad34416e9bf20e4f00000000");

TsigRequest check(const Bytes& message, const TsigKeys& keys = keys_of(), TsigTime now = kNoon) {
  return TsigRequest::check(message, keys, now).value();
}

Bytes reply_to(const Bytes& request, TsigRequest& server, TsigTime now = kNoon) {
  Bytes reply = plain_query(static_cast<std::uint16_t>(request[0] << 8 | request[1]));
  reply[2] |= 0x80;
  return signed_by(server, std::move(reply), now);
}

// In a message that ends with a signature by a key of hmac-sha256 without other data, counted from the end.
constexpr std::size_t kIdAt = 6, kMacAt = 6 + 32, kFudgeAt = kMacAt + 4, kTimeAt = kFudgeAt + 6;

}  // namespace

TEST_CASE("a signature of another program is accepted") {
  const auto request = check(kByKdig);
  CHECK(request.authentic());
  CHECK(request.key()->name == name("upd.example"));
  CHECK(request.time_signed() == kNoon);
}

TEST_CASE("we sign as another program does") {
  auto unsigned_query = Bytes(kByKdig.begin(), kByKdig.begin() + 29);
  unsigned_query[11] = 0;
  TsigClient client(shared_key());
  CHECK(signed_by(client, unsigned_query) == kByKdig);
}

TEST_CASE("a signed request gets a signed reply that its client believes") {
  for (const auto* algorithm : {"hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
    INFO(algorithm);
    TsigClient client(shared_key(tsig_key(algorithm)));
    const auto request = signed_by(client, plain_query());
    auto server = check(request, keys_of(tsig_key(algorithm)));
    REQUIRE(server.authentic());
    const auto reply = reply_to(request, server);
    CHECK(Message::parse(reply));
    CHECK(client.verify(reply, kNoon));
    CHECK_FALSE(client.pending());
  }
}

TEST_CASE("a request without a signature is no error, and its reply is left as it is") {
  auto server = check(plain_query());
  CHECK_FALSE(server.has_signature());
  CHECK_FALSE(server.authentic());
  CHECK(server.error() == TsigError::none);
  CHECK(server.room() == 0);
  Bytes reply = plain_query();
  CHECK(server.sign(reply, reply.size(), kNoon).value() == reply.size());
}

TEST_CASE("letters of a key's name may be of either case") {
  TsigClient client(shared_key(tsig_key("hmac-sha256", "UPD.Example")));
  CHECK(check(signed_by(client, plain_query())).authentic());
}

TEST_CASE("any changed octet makes a signature wrong") {
  TsigClient client(shared_key());
  const auto request = signed_by(client, plain_query());
  const auto keys = keys_of();
  // The id may change on the way; it is restored from the signature.
  for (std::size_t i = 2; i < request.size(); ++i) {
    Bytes changed = request;
    changed[i] ^= 1;
    const auto checked = TsigRequest::check(changed, keys, kNoon);
    INFO(i);
    // Letters of names count without case, and none of them is only a matter of case here.
    CHECK_FALSE((checked && checked->authentic()));
  }
}

TEST_CASE("a forwarder may change the id, there and back") {
  TsigClient client(shared_key());
  auto request = signed_by(client, plain_query(7));
  request[1] = 99;
  auto server = check(request);
  CHECK(server.authentic());
  auto reply = reply_to(request, server);
  reply[1] = 7;
  CHECK(client.verify(reply, kNoon));
}

TEST_CASE("an unknown key is BADKEY, told without a MAC") {
  TsigClient client(shared_key(tsig_key("hmac-sha256", "stranger.example")));
  const auto request = signed_by(client, plain_query());
  auto server = check(request);
  CHECK(server.error() == TsigError::BADKEY);
  CHECK(server.rcode() == Rcode::NOTAUTH);
  CHECK_THAT(server.why(), Contains("stranger.example."));
  CHECK(server.key() == nullptr);
  const auto told = client.verify(reply_to(request, server), kNoon);
  CHECK_THAT(told.error().message, Contains("BADKEY"));
  CHECK(client.error() == TsigError::BADKEY);
}

TEST_CASE("a known name with another algorithm is BADKEY") {
  TsigClient client(shared_key(tsig_key("hmac-sha512")));
  CHECK(check(signed_by(client, plain_query())).error() == TsigError::BADKEY);
}

TEST_CASE("another secret is BADSIG, told without a MAC") {
  TsigClient client(shared_key(tsig_key("hmac-sha256", "upd.example", "YWFhYWFhYWFhYWFhYWFhYQ==")));
  const auto request = signed_by(client, plain_query());
  auto server = check(request);
  CHECK(server.error() == TsigError::BADSIG);
  CHECK_THAT(client.verify(reply_to(request, server), kNoon).error().message, Contains("another secret"));
}

TEST_CASE("within the fudge clocks may differ, beyond it the server says what time it is") {
  TsigClient client(shared_key());
  const auto request = signed_by(client, plain_query(), kNoon);
  CHECK(check(request, keys_of(), kNoon + 300).authentic());
  CHECK(check(request, keys_of(), kNoon - 300).authentic());
  for (const TsigTime servers : {kNoon + 301, kNoon - 301}) {
    auto server = check(request, keys_of(), servers);
    CHECK(server.error() == TsigError::BADTIME);
    CHECK_THAT(server.why(), Contains("301 s"));
    TsigClient asked(shared_key());
    signed_by(asked, plain_query(), kNoon);
    const auto told = asked.verify(reply_to(request, server, servers), kNoon);
    CHECK(asked.error() == TsigError::BADTIME);
    CHECK(asked.server_time() == servers);
    CHECK_THAT(told.error().message, Contains(servers > kNoon ? "301 s ahead" : "301 s behind"));
  }
}

TEST_CASE("the server's time is believed only with a right signature") {
  TsigClient client(shared_key());
  const auto request = signed_by(client, plain_query());
  auto server = check(request, keys_of(), kNoon + 9999);
  auto reply = reply_to(request, server, kNoon + 9999);
  reply.back() ^= 1;
  CHECK_FALSE(client.verify(reply, kNoon));
  CHECK(client.error() == TsigError::none);
  CHECK_FALSE(client.server_time());
}

TEST_CASE("a wrong secret is found before a wrong time") {
  TsigClient client(shared_key(tsig_key("hmac-sha256", "upd.example", "YWFhYWFhYWFhYWFhYWFhYQ==")));
  CHECK(check(signed_by(client, plain_query(), kNoon - 9999)).error() == TsigError::BADSIG);
}

namespace {

// The same message, its MAC of 32 octets cut to `size`.
Bytes with_short_mac(Bytes message, std::size_t size) {
  const std::size_t mac = message.size() - kMacAt, cut = 32 - size;
  message.erase(message.begin() + static_cast<std::ptrdiff_t>(mac + size),
                message.begin() + static_cast<std::ptrdiff_t>(mac + 32));
  message[mac - 1] = static_cast<std::uint8_t>(size);
  // The data's size stands in front of the algorithm's name (13 octets), time, fudge and the MAC's size.
  message[mac - 2 - 2 - 6 - 13 - 1] -= static_cast<std::uint8_t>(cut);
  return message;
}

}  // namespace

TEST_CASE("a cut MAC is BADTRUNC unless the key allows it") {
  TsigClient client(shared_key());
  const auto request = with_short_mac(signed_by(client, plain_query()), 16);
  auto server = check(request);
  CHECK(server.error() == TsigError::BADTRUNC);
  auto lenient = tsig_key();
  lenient.least_mac = 16;
  CHECK(check(request, keys_of(lenient)).authentic());
  lenient.least_mac = 20;
  CHECK(check(request, keys_of(lenient)).error() == TsigError::BADTRUNC);
}

TEST_CASE("a MAC cut below half, below ten octets, or longer than whole is malformed") {
  TsigClient client(shared_key());
  const auto request = signed_by(client, plain_query());
  for (const std::size_t size : {0u, 1u, 9u, 10u, 15u}) {
    INFO(size);
    CHECK(TsigRequest::check(with_short_mac(request, size), keys_of(), kNoon).error().code == ErrorCode::malformed);
  }
  TsigClient longer(shared_key(tsig_key("hmac-sha512")));
  auto mislabelled = signed_by(longer, plain_query());
  const std::string_view from = "hmac-sha512";
  std::ranges::copy(std::string_view("hmac-sha256"), std::ranges::search(mislabelled, from).begin());
  CHECK(TsigRequest::check(mislabelled, keys_of(), kNoon).error().code == ErrorCode::malformed);
}

TEST_CASE("the end of a cut MAC does not count, its front does") {
  auto lenient = tsig_key();
  lenient.least_mac = 16;
  TsigClient client(shared_key());
  auto request = with_short_mac(signed_by(client, plain_query()), 16);
  tail(request, 6 + 16)[0] ^= 0x80;
  CHECK(check(request, keys_of(lenient)).error() == TsigError::BADSIG);
}

TEST_CASE("a signature of a wrong form is malformed") {
  TsigClient client(shared_key());
  const auto request = signed_by(client, plain_query());
  const std::size_t record = request.size() - client.room();
  const std::size_t klass = record + 13 + 2;
  const auto broken = [&](std::size_t at, std::uint8_t value) {
    Bytes message = request;
    message[at] = value;
    return TsigRequest::check(message, keys_of(), kNoon);
  };
  CHECK_FALSE(broken(klass + 1, 1));                      // class
  CHECK_FALSE(broken(klass + 5, 1));                      // TTL
  CHECK_FALSE(broken(klass + 7, 0));                      // size of the data
  CHECK_FALSE(broken(request.size() - 1, 4));             // size of other data
  CHECK_FALSE(broken(request.size() - kMacAt - 1, 200));  // size of the MAC
  for (std::size_t size = record + 1; size < request.size(); ++size)
    CHECK_FALSE(TsigRequest::check(std::span(request).first(size), keys_of(), kNoon));
  CHECK_FALSE(TsigRequest::check(join({request, {0}}), keys_of(), kNoon));
}

TEST_CASE("a signature is the last record, and there is one") {
  TsigClient client(shared_key());
  auto twice = signed_by(client, signed_by(client, plain_query()));
  CHECK(TsigRequest::check(twice, keys_of(), kNoon).error().code == ErrorCode::malformed);
  auto as_answer = signed_by(client, make_query(7, {name("example.org"), RRType::SOA}, true, 0));
  std::swap(as_answer[7], as_answer[11]);
  CHECK(TsigRequest::check(as_answer, keys_of(), kNoon).error().code == ErrorCode::malformed);
}

TEST_CASE("without room nothing is signed") {
  TsigClient client(shared_key());
  Bytes message = plain_query();
  const auto size = message.size();
  message.resize(size + client.room() - 1);
  CHECK(client.sign(message, size, kNoon).error().code == ErrorCode::too_large);
  Bytes largest(65535);
  CHECK(client.sign(largest, 65530, kNoon).error().code == ErrorCode::too_large);
  CHECK(client.sign(largest, 3, kNoon).error().code == ErrorCode::truncated);
}

TEST_CASE("a reply is not believed without a signature, by another key, late, or to another request") {
  const auto refused = [](auto make_reply) {
    TsigClient client(shared_key());
    const auto request = signed_by(client, plain_query());
    auto server = check(request);
    return client.verify(make_reply(request, server), kNoon).error();
  };
  CHECK_THAT(refused([](auto&, auto&) { return plain_query(); }).message, Contains("not signed"));
  CHECK_THAT(refused([](auto&, auto&) {
               TsigClient other(shared_key(tsig_key("hmac-sha256", "other.example")));
               return signed_by(other, plain_query());
             }).message,
             Contains("other.example."));
  CHECK_THAT(refused([](auto& request, auto& server) { return reply_to(request, server, kNoon - 301); }).message,
             Contains("301 s ago"));
  CHECK_THAT(refused([](auto&, auto&) {
               TsigClient another(shared_key());
               const auto request = signed_by(another, plain_query(8));
               auto server = check(request);
               return reply_to(request, server);
             }).message,
             Contains("wrong"));
  CHECK(refused([](auto&, auto&) { return Bytes(5); }).code == ErrorCode::truncated);
}

TEST_CASE("after a reply that was not believed the exchange is over") {
  TsigClient client(shared_key());
  const auto request = signed_by(client, plain_query());
  auto server = check(request);
  CHECK_FALSE(client.verify(plain_query(), kNoon));
  CHECK_FALSE(client.verify(reply_to(request, server), kNoon));
}
