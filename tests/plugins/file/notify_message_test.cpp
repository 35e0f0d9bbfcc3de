#include "plugins/file/notify_message.h"

#include <catch2/catch.hpp>

#include <harbinger/message.h>

using namespace harbinger;
using namespace harbinger::file;

namespace {

const Record kSoa = record_from_text("example.org. 60 IN SOA ns.example.org. a.example.org. 7 2 3 4 5").value();
const auto kKey =
    std::make_shared<TsigKey>(TsigKey::parse("hmac-sha256:to.secondary.:c2VjcmV0IG9mIHR3byBzZXJ2ZXJz").value());

// As a server answers: the same with QR set and without the records.
std::vector<std::uint8_t> answer(std::uint16_t id, std::string_view zone, Rcode rcode = Rcode::NOERROR) {
  std::vector<std::uint8_t> buffer(512);
  MessageWriter writer(buffer,
                       {.id = id, .qr = true, .opcode = Opcode::NOTIFY, .rcode = static_cast<std::uint8_t>(rcode)});
  writer.add_question({Name::parse(zone).value(), RRType::SOA, RRClass::IN});
  buffer.resize(writer.finish().size());
  return buffer;
}

}  // namespace

TEST_CASE("a notification asks for the SOA and gives the new one as a hint") {
  const auto octets = notify_message(77, kSoa, nullptr, 0).value();
  const auto message = Message::parse(octets).value();
  CHECK(message.header.id == 77);
  CHECK(message.header.opcode == Opcode::NOTIFY);
  CHECK(message.header.aa);
  REQUIRE(message.question);
  CHECK(message.question->type == RRType::SOA);
  REQUIRE(message.answers.size() == 1);
  CHECK(message.answers[0] == kSoa);
}

TEST_CASE("a notification of a server with a key is signed") {
  TsigKeys keys;
  REQUIRE(keys.add(*kKey));
  TsigClient client(kKey);
  const auto octets = notify_message(77, kSoa, &client, 1000).value();
  CHECK(TsigRequest::check(octets, keys, 1000).value().authentic());
}

TEST_CASE("an answer counts when id, kind and zone fit") {
  const Name zone = kSoa.name;
  CHECK(notify_answer(answer(77, "example.org."), 77, zone) == Rcode::NOERROR);
  CHECK(notify_answer(answer(77, "example.org.", Rcode::REFUSED), 77, zone) == Rcode::REFUSED);
  CHECK_FALSE(notify_answer(answer(78, "example.org."), 77, zone));
  CHECK_FALSE(notify_answer(answer(77, "example.net."), 77, zone));
  CHECK_FALSE(notify_answer(notify_message(77, kSoa, nullptr, 0).value(), 77, zone));
  CHECK_FALSE(notify_answer(std::vector<std::uint8_t>(3), 77, zone));
}
