#include <harbinger/message.h>
#include <harbinger/records.h>

#include "tests/lib/wire/wire_support.h"

using namespace harbinger;
using namespace harbinger::testing;
using Section = MessageWriter::Section;

namespace {

class Written {
 public:
  explicit Written(std::size_t room = 512) : buffer_(room), writer_(buffer_, Header{}) {}
  MessageWriter* operator->() { return &writer_; }
  Message read() { return Message::parse(writer_.finish()).value(); }
  /// Octets that a record of this owner and no data takes.
  std::size_t cost(std::string_view owner) {
    const std::size_t before = writer_.size();
    REQUIRE(writer_.add_record(Section::answer, name(owner), static_cast<RRType>(731), RRClass::IN, 0, {}));
    return writer_.size() - before - 10;
  }

 private:
  std::vector<std::uint8_t> buffer_;
  MessageWriter writer_;
};

bool add(Written& message, Section section, std::string_view record) {
  return message->add_record(section, record_from_text(record).value());
}

}  // namespace

TEST_CASE("a written message reads back as it was") {
  Written message;
  message->header().id = 0x1234;
  message->header().qr = message->header().aa = true;
  CHECK(message->add_question({name("www.Example.org"), RRType::A, RRClass::IN}));
  CHECK(add(message, Section::answer, "www.example.org. 60 CNAME edge.example.org."));
  CHECK(add(message, Section::answer, "edge.example.org. 60 A 192.0.2.1"));
  CHECK(add(message, Section::authority, "example.org. 60 SOA ns1.example.org. master.example.org. 1 2 3 4 5"));
  CHECK(message->add_opt({.udp_size = 1232, .dnssec_ok = true}));
  // Question 21, CNAME 2+10+7, A 2+10+4, SOA 2+10+6+9+20, OPT 11.
  CHECK(message->size() == 12 + 21 + 19 + 16 + 47 + 11);

  const Message read = message.read();
  CHECK(read.header.id == 0x1234);
  CHECK(read.question->name.identical(name("www.Example.org")));
  CHECK(read.answers.at(0).to_string() == "www.Example.org. 60 IN CNAME edge.Example.org.");
  CHECK(read.answers.at(1).to_string() == "edge.Example.org. 60 IN A 192.0.2.1");
  CHECK(read.authorities.at(0).to_string() == "Example.org. 60 IN SOA ns1.Example.org. master.Example.org. 1 2 3 4 5");
  CHECK(read.header.ancount == 2);
  CHECK(read.header.arcount == 1);
  CHECK(read.edns->dnssec_ok);
}

TEST_CASE("names share their ends with names before them") {
  Written message;
  CHECK(message.cost("www.example.org") == 17);
  CHECK(message.cost("www.example.org") == 2);
  CHECK(message.cost("WWW.EXAMPLE.ORG") == 2);
  CHECK(message.cost("example.org") == 2);
  CHECK(message.cost("a.b.example.org") == 6);
  CHECK(message.cost("c.b.example.org") == 4);
  CHECK(message.cost("org") == 2);
  CHECK(message.cost("www.example.net") == 17);
  CHECK(message.cost(".") == 1);
  CHECK(message.cost("xexample.org") == 11);
  CHECK(message.cost("a-label-of-more-than-eight-octets.org") == 36);
  CHECK(message.cost("b-label-of-more-than-eight-octets.org") == 36);
  CHECK(message.cost("A-label-of-more-than-eight-octetS.org") == 2);
  const Message read = message.read();
  CHECK(read.answers.at(5).name == name("c.b.example.org"));
  CHECK(read.answers.at(11).name == name("b-label-of-more-than-eight-octets.org"));
}

TEST_CASE("only types of RFC 1035 have names in their data compressed") {
  Written message;
  message->add_question({name("example.org"), RRType::ANY, RRClass::IN});
  const auto size_of = [&](std::string_view text) {
    const std::size_t before = message->size();
    REQUIRE(add(message, Section::answer, std::string("example.org. ") + std::string(text)));
    return message->size() - before - 12;
  };
  CHECK(size_of("NS ns1.example.org.") == 6);
  CHECK(size_of("NS ns1.example.org.") == 2);
  CHECK(size_of("MX 10 ns1.example.org.") == 4);
  CHECK(size_of("PTR example.org.") == 2);
  CHECK(size_of("SRV 1 2 3 example.org.") == 6 + 13);
  CHECK(size_of("DNAME example.org.") == 13);
  CHECK(size_of("HTTPS 1 example.org.") == 2 + 13);
  CHECK(size_of("TXT \"example.org\"") == 12);
  CHECK(message.read().answers.at(2).to_string() == "example.org. 0 IN MX 10 ns1.example.org.");
}

TEST_CASE("a record that does not fit leaves the message as it was, and nothing more is added") {
  Written message(60);
  CHECK(message->add_question({name("example.org"), RRType::A, RRClass::IN}));
  CHECK(add(message, Section::answer, "example.org. A 192.0.2.1"));
  const std::size_t before = message->size();
  CHECK_FALSE(add(message, Section::answer, "www.example.org. A 192.0.2.2"));
  CHECK(message->overflowed());
  CHECK(message->size() == before);
  CHECK_FALSE(add(message, Section::answer, "example.org. A 192.0.2.3"));
  CHECK_FALSE(message->add_opt({}));
  CHECK(message.read().answers.size() == 1);
}

TEST_CASE("every room is enough for a prefix of the records and for no half of one") {
  for (std::size_t room = Header::kSize; room < 140; ++room) {
    INFO(room);
    Written message(room);
    std::size_t added = 0;
    if (message->add_question({name("example.org"), RRType::MX, RRClass::IN})) {
      for (const char* text : {"example.org. MX 10 mail.example.org.", "example.org. MX 20 backup.example.net.",
                               "mail.example.org. A 192.0.2.1", "example.org. TXT \"text of no use\""}) {
        added += add(message, Section::answer, text);
      }
    }
    CHECK(message.read().answers.size() == added);
  }
}

TEST_CASE("no pointer leads beyond its 14 bits") {
  Written message(40000);
  const Bytes filler(1000, 'x');
  while (message->size() < 17000) {
    message->add_record(Section::answer, name("filler.example"), static_cast<RRType>(731), RRClass::IN, 0, filler);
  }
  CHECK(message.cost("late.test") == 11);
  CHECK(message.cost("late.test") == 11);
  CHECK(message.cost("late.example") == 7);
  const Message read = message.read();
  CHECK(read.answers.back().name == name("late.example"));
}

TEST_CASE("more names than are remembered are written all the same") {
  Written message(60000);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(add(message, Section::answer,
                "host-" + std::to_string(i) + ".zone-" + std::to_string(i % 97) + ".org. A 192.0.2.1"));
  }
  const Message read = message.read();
  for (int i = 0; i < 1000; ++i) {
    CHECK(read.answers.at(static_cast<std::size_t>(i)).name ==
          name("host-" + std::to_string(i) + ".zone-" + std::to_string(i % 97) + ".org"));
  }
}

TEST_CASE("data that was never checked goes out as it is") {
  Written message;
  const Bytes broken = from_hex("03 77");
  CHECK(message->add_record(Section::answer, name("a"), RRType::NS, RRClass::IN, 0, broken));
  CHECK(message->add_record(Section::answer, name("a"), RRType::MX, RRClass::IN, 0, from_hex("00")));
  CHECK(message->add_record(Section::answer, name("a"), RRType::CNAME, RRClass::IN, 0, from_hex("c0ff")));
  CHECK(message->add_record(Section::answer, name("a"), RRType::SOA, RRClass::IN, 0, {}));
  CHECK(message->finish().size() == 12 + (3 + 10 + 2) + (2 + 10 + 1) + (2 + 10 + 2) + (2 + 10));
}

TEST_CASE("a plain query has a question, and EDNS if wanted") {
  const Bytes options = from_hex("0003 0000");
  const auto with =
      Message::parse(make_query(7, {name("example.org"), RRType::AAAA}, true, 1400, true, options)).value();
  CHECK(with.header.id == 7);
  CHECK(with.header.rd);
  CHECK_FALSE(with.header.qr);
  CHECK(with.question->type == RRType::AAAA);
  CHECK(with.edns->udp_size == 1400);
  CHECK(with.edns->dnssec_ok);

  const auto bytes = make_query(7, {Name(), RRType::NS}, false, 0);
  CHECK(bytes.size() == Header::kSize + 5);
  CHECK_FALSE(Message::parse(bytes).value().edns);
}
