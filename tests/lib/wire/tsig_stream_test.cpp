// Several signed replies to one request (RFC 8945 sec. 5.3.1).
#include "tests/lib/wire/tsig_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

struct Transfer {
  TsigClient client{shared_key()};
  const Bytes request = signed_by(client, plain_query());
  TsigRequest server = TsigRequest::check(request, keys_of(), kNoon).value();

  Bytes signed_reply() { return signed_by(server, plain_query()); }
  Bytes unsigned_reply() {
    Bytes reply = plain_query();
    server.pass_unsigned(reply);
    return reply;
  }
};

}  // namespace

TEST_CASE("each message of a stream rests on the one before") {
  Transfer transfer;
  for (int i = 0; i < 5; ++i) CHECK(transfer.client.verify(transfer.signed_reply(), kNoon));
}

TEST_CASE("messages of a stream may not change places, repeat or be missing") {
  Transfer transfer;
  const auto first = transfer.signed_reply();
  const auto second = transfer.signed_reply();
  const auto third = transfer.signed_reply();
  SECTION("swapped") { CHECK_FALSE(transfer.client.verify(second, kNoon)); }
  SECTION("repeated") {
    CHECK(transfer.client.verify(first, kNoon));
    CHECK_FALSE(transfer.client.verify(first, kNoon));
  }
  SECTION("missing") {
    CHECK(transfer.client.verify(first, kNoon));
    CHECK_FALSE(transfer.client.verify(third, kNoon));
  }
}

TEST_CASE("messages without a signature are covered by the next one") {
  Transfer transfer;
  CHECK(transfer.client.verify(transfer.signed_reply(), kNoon));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 99; ++i) REQUIRE(transfer.client.verify(transfer.unsigned_reply(), kNoon));
    CHECK(transfer.client.pending());
    CHECK(transfer.client.verify(transfer.signed_reply(), kNoon));
    CHECK_FALSE(transfer.client.pending());
  }
}

TEST_CASE("a forged message without a signature is found by the next one") {
  Transfer transfer;
  CHECK(transfer.client.verify(transfer.signed_reply(), kNoon));
  auto forged = transfer.unsigned_reply();
  forged[15] ^= 1;
  CHECK(transfer.client.verify(forged, kNoon));
  CHECK(transfer.client.pending());
  CHECK_FALSE(transfer.client.verify(transfer.signed_reply(), kNoon));
}

TEST_CASE("the first message of a stream is signed, and every hundredth at least") {
  Transfer transfer;
  SECTION("first") { CHECK_FALSE(transfer.client.verify(transfer.unsigned_reply(), kNoon)); }
  SECTION("hundredth") {
    CHECK(transfer.client.verify(transfer.signed_reply(), kNoon));
    for (int i = 0; i < 99; ++i) REQUIRE(transfer.client.verify(transfer.unsigned_reply(), kNoon));
    CHECK_FALSE(transfer.client.verify(transfer.unsigned_reply(), kNoon));
  }
}

TEST_CASE("a stream that takes long is signed with the time of each message") {
  Transfer transfer;
  CHECK(transfer.client.verify(signed_by(transfer.server, plain_query(), kNoon), kNoon));
  CHECK(transfer.client.verify(signed_by(transfer.server, plain_query(), kNoon + 3600), kNoon + 3600));
  CHECK_FALSE(transfer.client.verify(signed_by(transfer.server, plain_query(), kNoon + 3601), kNoon + 7200));
}

TEST_CASE("a key that was taken away still ends its stream") {
  auto keys = std::make_unique<TsigKeys>(keys_of());
  TsigClient client(shared_key());
  auto server = TsigRequest::check(signed_by(client, plain_query()), *keys, kNoon).value();
  keys.reset();
  CHECK(client.verify(signed_by(server, plain_query()), kNoon));
}
