#include "server/tcp_framing.h"

#include <numeric>

using harbinger::server::TcpFraming;
using Step = TcpFraming::Step;
using Octets = std::vector<std::uint8_t>;

namespace {

Octets message(std::size_t size, std::uint8_t first) {
  Octets octets(size);
  std::iota(octets.begin(), octets.end(), first);
  return octets;
}

void append_framed(Octets& stream, const Octets& octets) {
  stream.push_back(static_cast<std::uint8_t>(octets.size() >> 8));
  stream.push_back(static_cast<std::uint8_t>(octets.size()));
  stream.insert(stream.end(), octets.begin(), octets.end());
}

struct Taken {
  std::vector<Octets> messages;
  Step last = Step::need_more;
};

Taken take_all(TcpFraming& framing) {
  Taken taken;
  for (std::span<const std::uint8_t> next; (taken.last = framing.next(next)) == Step::message;)
    taken.messages.emplace_back(next.begin(), next.end());
  return taken;
}

}  // namespace

TEST_CASE("messages are found however the stream is cut") {
  const std::vector<Octets> messages{message(12, 1), message(300, 2), message(65535, 3), message(12, 4)};
  Octets stream;
  for (const auto& each : messages) append_framed(stream, each);

  for (const std::size_t piece : {1u, 2u, 3u, 13u, 14u, 15u, 1000u, 65536u, 100000u}) {
    TcpFraming framing;
    std::vector<Octets> found;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      const Octets part(stream.begin() + static_cast<long>(at),
                        stream.begin() + static_cast<long>(std::min(at + piece, stream.size())));
      framing.feed(part);
      const auto taken = take_all(framing);
      REQUIRE(taken.last == Step::need_more);
      found.insert(found.end(), taken.messages.begin(), taken.messages.end());
    }
    CAPTURE(piece);
    CHECK(found == messages);
    CHECK_FALSE(framing.in_message());
  }
}

TEST_CASE("a message that lies whole in what was read is not copied") {
  Octets stream;
  append_framed(stream, message(20, 1));
  TcpFraming framing;
  framing.feed(stream);
  std::span<const std::uint8_t> found;
  REQUIRE(framing.next(found) == Step::message);
  CHECK(found.data() == stream.data() + 2);
}

TEST_CASE("a length too short for a DNS header breaks the stream at once") {
  for (std::uint8_t length = 0; length < 12; ++length) {
    TcpFraming at_once, bit_by_bit;
    const Octets octets{0, length};
    at_once.feed(octets);
    CHECK(take_all(at_once).last == Step::broken);

    bit_by_bit.feed(std::span(octets).first(1));
    CHECK(take_all(bit_by_bit).last == Step::need_more);
    bit_by_bit.feed(std::span(octets).subspan(1));
    CHECK(take_all(bit_by_bit).last == Step::broken);
  }
}

TEST_CASE("one octet of a length begins a message") {
  TcpFraming framing;
  CHECK_FALSE(framing.in_message());
  framing.feed(Octets{});
  CHECK(take_all(framing).last == Step::need_more);
  CHECK_FALSE(framing.in_message());
  const Octets one{0};
  framing.feed(one);
  CHECK(take_all(framing).last == Step::need_more);
  CHECK(framing.in_message());
}

TEST_CASE("what was held during a pause is handed out afterwards, in order") {
  Octets first, second;
  for (std::uint8_t i = 0; i < 5; ++i) append_framed(first, message(20, i));
  first.push_back(0);  // and half a length
  second.push_back(20);
  const auto last = message(20, 9);
  second.insert(second.end(), last.begin(), last.end());

  TcpFraming framing;
  framing.feed(first);
  std::span<const std::uint8_t> one;
  REQUIRE(framing.next(one) == Step::message);
  framing.hold();
  first.assign(first.size(), 0xFF);  // the read buffer is used for others meanwhile
  REQUIRE(framing.next(one) == Step::message);
  CHECK(one[0] == 1);
  framing.hold();

  CHECK(take_all(framing).messages.size() == 3);
  CHECK(framing.in_message());
  framing.feed(second);
  const auto taken = take_all(framing);
  REQUIRE(taken.messages.size() == 1);
  CHECK(taken.messages[0] == last);
}
