#include <harbinger/message.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;

namespace {

// example.org at octet 12, asked for A.
Bytes question() { return from_hex("07 6578616d706c65 03 6f7267 00 0001 0001"); }
Bytes address_of_question() { return from_hex("c00c 0001 0001 0000003c 0004 c0000201"); }
Bytes opt(const std::string& options = "") {
  const Bytes data = from_hex(options);
  return join({from_hex("00 0029 04d0 00008000 00"), {static_cast<std::uint8_t>(data.size())}, data});
}

ErrorCode code_of(const Bytes& bytes) {
  const auto message = Message::parse(bytes);
  REQUIRE_FALSE(message);
  return message.error().code;
}

}  // namespace

TEST_CASE("every bit of the header survives") {
  for (unsigned flags = 0; flags < 0x10000; flags += 0x11) {
    const Bytes bytes = {
        0xab, 0xcd, static_cast<std::uint8_t>(flags >> 8), static_cast<std::uint8_t>(flags & 0xbf), 1, 2, 3, 4, 5, 6,
        7,    8};
    std::array<std::uint8_t, Header::kSize> written;
    Header::parse(bytes).value().write(written);
    CHECK(std::equal(written.begin(), written.end(), bytes.begin()));
  }
  CHECK(Header::parse(Bytes(11)).error().code == ErrorCode::truncated);
}

TEST_CASE("a reply is taken apart into its sections") {
  const Bytes bytes = join({header(1, 1, 1, 2), question(), address_of_question(),
                            from_hex("c014 0002 0001 ffffffff 0006 03 6e7331 c00c"), address_of_question(), opt()});
  const auto message = Message::parse(bytes);
  REQUIRE(message);
  CHECK(message->header.qr);
  CHECK(message->question->name == name("example.org"));
  CHECK(message->question->type == RRType::A);
  CHECK(message->answers.at(0).to_string() == "example.org. 60 IN A 192.0.2.1");
  CHECK(message->authorities.at(0).to_string() == "org. 0 IN NS ns1.example.org.");
  CHECK(message->additionals.size() == 1);
  CHECK(message->edns->udp_size == 1232);
  CHECK(message->edns->dnssec_ok);
}

TEST_CASE("a message without a question is a message") {
  CHECK_FALSE(Message::parse(header(0)).value().question);
  CHECK(Message::parse(join({header(0, 0, 0, 1), opt()})).value().edns);
}

TEST_CASE("counts that do not fit are malformed") {
  CHECK(code_of(join({header(2), question(), question()})) == ErrorCode::malformed);
  CHECK(code_of(header(1)) == ErrorCode::truncated);
  CHECK(code_of(join({header(1, 1), question()})) == ErrorCode::truncated);
  CHECK(code_of(join({header(1, 65535), question(), address_of_question()})) == ErrorCode::truncated);
  CHECK(code_of(join({header(1, 0, 0, 2), question(), opt()})) == ErrorCode::truncated);
}

TEST_CASE("octets left over are malformed") {
  CHECK(code_of(join({header(1), question(), {0}})) == ErrorCode::malformed);
  CHECK(code_of(join({header(1), question(), opt()})) == ErrorCode::malformed);
}

TEST_CASE("a message cut short anywhere is refused") {
  const Bytes whole = join({header(1, 1, 0, 1), question(), address_of_question(), opt("0003 0002 6162")});
  REQUIRE(Message::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK_FALSE(Message::parse(std::span(whole).first(size)));
  }
}

TEST_CASE("there is one OPT record, of the root, in the additional section") {
  CHECK(code_of(join({header(0, 0, 0, 2), opt(), opt()})) == ErrorCode::malformed);
  CHECK(code_of(join({header(0, 1), opt()})) == ErrorCode::malformed);
  CHECK(code_of(join({header(0, 0, 1), opt()})) == ErrorCode::malformed);
  CHECK(code_of(join({header(0, 0, 0, 1), {1, 'a'}, opt()})) == ErrorCode::malformed);
}

TEST_CASE("EDNS options must fill their record exactly") {
  CHECK(Message::parse(join({header(0, 0, 0, 1), opt("0003 0000 ffff 0001 ab")})));
  CHECK(code_of(join({header(0, 0, 0, 1), opt("0003 0001")})) == ErrorCode::malformed);
  CHECK(code_of(join({header(0, 0, 0, 1), opt("0003 00")})) == ErrorCode::malformed);
}

TEST_CASE("the first option of a code is found") {
  const Bytes bytes = join({header(0, 0, 0, 1), opt("000a 0001 aa 0003 0001 01 0003 0001 02")});
  const auto message = Message::parse(bytes);
  CHECK(message->edns->option(OptionCode::NSID).value()[0] == 1);
  CHECK_FALSE(message->edns->option(OptionCode::EDE));
}

TEST_CASE("an extended rcode has its upper bits in OPT") {
  Bytes bytes = join({header(0, 0, 0, 1), from_hex("00 0029 04d0 01000000 0000")});
  bytes[3] = 7;
  CHECK(Message::parse(bytes).value().rcode() == Rcode::BADCOOKIE);
}

TEST_CASE("a signature is the last record or malformed") {
  const Bytes tsig = from_hex("00 00fa 00ff 00000000 0001 00");
  CHECK(Message::parse(join({header(0, 0, 0, 2), opt(), tsig})).value().additionals.empty());
  CHECK(code_of(join({header(0, 0, 0, 2), tsig, opt()})) == ErrorCode::malformed);
  CHECK(code_of(join({header(0, 0, 0, 2), tsig, tsig})) == ErrorCode::malformed);
  CHECK(code_of(join({header(0, 1), tsig})) == ErrorCode::malformed);
}

TEST_CASE("malformed record data makes the message malformed") {
  CHECK_FALSE(Message::parse(join({header(0, 1), from_hex("00 0001 0001 00000000 0003 010203")})));
  CHECK_FALSE(Message::parse(join({header(0, 1), from_hex("00 0001 0001 00000000 0000")})));
}

TEST_CASE("updates have records without data") {
  Bytes bytes = join({header(0, 1), from_hex("00 0001 00ff 00000000 0000")});
  CHECK_FALSE(Message::parse(bytes));
  bytes[2] = 0x28;
  CHECK(Message::parse(bytes).value().answers.at(0).rdata.empty());
}

TEST_CASE("a record view says where its parts lie") {
  const Bytes bytes = join({header(1, 1), question(), address_of_question()});
  std::size_t offset = 29;
  const auto view = read_record(bytes, offset);
  REQUIRE(view);
  CHECK(view->name == name("example.org"));
  CHECK(view->ttl == 60);
  CHECK(view->ttl_offset == 35);
  CHECK(view->rdata_offset == 41);
  CHECK(view->rdata_size == 4);
  CHECK(offset == bytes.size());
  CHECK_FALSE(read_record(bytes, offset));
  CHECK(offset == bytes.size());
  const Bytes cut = join({header(0, 1), from_hex("00 0001")});
  offset = Header::kSize;
  CHECK_FALSE(read_record(cut, offset));
  CHECK(offset == Header::kSize);
}
