// Messages made to hurt: large data, deep compression, many names. Each is a mistake that others paid for.
#include <harbinger/message.h>

#include <chrono>

#include "tests/lib/wire/wire_support.h"
#include "wire/name_reader.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

constexpr std::size_t kLargest = 65535;

// A name of 127 labels behind a header and a question's place, then as many copies of `record` as fit.
Bytes bomb(const Bytes& first_name, const Bytes& record) {
  Bytes message = join({header(1), first_name, from_hex("0001 0001")});
  std::uint16_t count = 0;
  while (message.size() + record.size() <= kLargest) {
    message.insert(message.end(), record.begin(), record.end());
    ++count;
  }
  message[6] = static_cast<std::uint8_t>(count >> 8);
  message[7] = static_cast<std::uint8_t>(count);
  return message;
}

Bytes labels(std::size_t count) {
  Bytes name;
  for (std::size_t i = 0; i < count; ++i) name.insert(name.end(), {1, 'a'});
  name.push_back(0);
  return name;
}

}  // namespace

TEST_CASE("a message of names that all unfold to 255 octets costs a bounded number of steps") {
  // CVE-2023-4408, CVE-2024-8508: about 9000 names of 128 steps each, were all of them read.
  const Bytes message = bomb(labels(127), from_hex("c00c 0002 0001 00000000 0002 c00c"));
  const auto parsed = Message::parse(message);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::too_large);
}

TEST_CASE("an honest message of 64 KiB is read in full") {
  // Reverse names of IPv6 have 34 labels, about as many as names in use get.
  const Bytes message =
      bomb(labels(34), from_hex("c00c 000c 0001 00000000 0011 03 777777 07 6578616d706c65 03 6f7267 00"));
  const auto parsed = Message::parse(message);
  REQUIRE(parsed);
  CHECK(parsed->answers.size() > 2100);
}

TEST_CASE("a chain of pointers through a whole message ends") {
  // Every pointer leads to the one before it; the last name would need thousands of hops.
  Bytes message = join({header(0), {0}});
  for (std::size_t at = message.size(); at + 2 < 0x3fff; at += 2) {
    const std::size_t target = at == 13 ? 12 : at - 2;
    message.push_back(static_cast<std::uint8_t>(0xc0 | target >> 8));
    message.push_back(static_cast<std::uint8_t>(target));
  }
  wire::NameReader names(message);
  std::size_t reads = 0;
  std::size_t offset = message.size() - 2;
  while (names.read(offset)) {
    offset = message.size() - 2;
    ++reads;
  }
  CHECK(reads <= wire::NameReader::kMaxSteps / 8000);
}

TEST_CASE("a count of 65535 records takes no memory for records that are not there") {
  const Bytes message = join({header(0, 65535, 65535, 65535), Bytes(100, 0)});
  CHECK_FALSE(Message::parse(message));
}

TEST_CASE("writing many long names with nothing in common stays linear") {
  // CVE-2024-8508 from the other side: a message that is dear to compress.
  std::vector<std::uint8_t> buffer(kLargest);
  MessageWriter writer(buffer, Header{});
  std::size_t written = 0;
  for (;; ++written) {
    Name owner;
    for (int label = 0; label < 120; ++label) {
      owner = owner.child(std::string(1, static_cast<char>('a' + (written + static_cast<std::size_t>(label) * 7) % 26)))
                  .value();
    }
    if (!writer.add_record(MessageWriter::Section::answer, owner, RRType::A, RRClass::IN, 60, Bytes(4, 1))) break;
  }
  CHECK(written > 250);
  const auto parsed = Message::parse(writer.finish());
  REQUIRE(parsed);
  CHECK(parsed->answers.size() == written);
}

TEST_CASE("a record of the largest size is written and read, one octet more is not") {
  std::vector<std::uint8_t> buffer(kLargest + 1000);
  MessageWriter writer(buffer, Header{});
  const Bytes data(kLargest - Header::kSize - 11, 'x');
  CHECK(writer.add_record(MessageWriter::Section::answer, Name(), static_cast<RRType>(731), RRClass::IN, 0, data));
  CHECK(writer.size() == kLargest);
  CHECK(Message::parse(writer.finish()).value().answers.at(0).rdata == data);
  CHECK_FALSE(writer.add_record(MessageWriter::Section::answer, Name(), RRType::A, RRClass::IN, 0, Bytes(4)));
  CHECK(writer.overflowed());

  MessageWriter second(buffer, Header{});
  CHECK_FALSE(second.add_record(MessageWriter::Section::answer, Name(), static_cast<RRType>(731), RRClass::IN, 0,
                                Bytes(65536)));
}

TEST_CASE("options fill an OPT record up to the message's end without wrapping around") {
  // CVE-2026-42944: many options together overflowed a buffer that each of them fitted.
  Bytes options;
  while (options.size() + 8 <= 65000) options.insert(options.end(), {0, 3, 0, 4, 1, 2, 3, 4});
  std::vector<std::uint8_t> buffer(kLargest);
  MessageWriter writer(buffer, Header{});
  REQUIRE(writer.add_opt({.udp_size = 1232, .options = options}));
  const auto bytes = writer.finish();
  const auto parsed = Message::parse(bytes);
  REQUIRE(parsed);
  CHECK(parsed->edns->options.size() == options.size());
  CHECK(parsed->to_string().size() > options.size());

  const auto room = std::span<std::uint8_t>(buffer).first(512);
  MessageWriter small(room, Header{});
  CHECK_FALSE(small.add_opt({.udp_size = 1232, .options = options}));
  CHECK(small.size() == Header::kSize);
}
