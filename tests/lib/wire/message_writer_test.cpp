#include <harbinger/message.h>
#include <harbinger/records.h>

using namespace harbinger;

namespace {

Name name(std::string_view text) { return Name::parse(text).value(); }

}  // namespace

TEST_CASE("a written message reads back as it was") {
  std::vector<std::uint8_t> buffer(512);
  Header header;
  header.id = 0x1234;
  header.qr = header.aa = true;
  MessageWriter writer(buffer, header);
  CHECK(writer.add_question({name("www.Example.org"), RRType::A, RRClass::IN}));
  CHECK(writer.add_record(MessageWriter::Section::answer,
                          cname(name("www.example.org"), std::chrono::seconds(60), name("edge.example.org"))));
  CHECK(writer.add_record(MessageWriter::Section::answer, a(name("edge.example.org"), std::chrono::seconds(60),
                                                            IpAddress::parse("192.0.2.1").value())));
  CHECK(writer.add_opt({.udp_size = 1232, .dnssec_ok = true}));
  const auto bytes = writer.finish();
  // Header, question 21, CNAME 2+10+7, A 2+10+4, OPT 11.
  CHECK(bytes.size() == 12 + 21 + 19 + 16 + 11);

  const auto message = Message::parse(bytes);
  REQUIRE(message);
  CHECK(message->header.id == 0x1234);
  CHECK(message->question->name.identical(name("www.Example.org")));
  REQUIRE(message->answers.size() == 2);
  CHECK(message->answers[0].rdata.size() == name("edge.example.org").size());
  CHECK(message->answers[1].name == name("edge.example.org"));
  REQUIRE(message->edns);
  CHECK(message->edns->dnssec_ok);
}
