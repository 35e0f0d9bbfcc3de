#include "plugins/log/line_format.h"

#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::querylog;
using test::question;

namespace {

// A reply's header: flags, and how many answers and authorities.
std::vector<std::uint8_t> header(std::uint16_t flags, std::uint8_t answers = 0, std::uint8_t authorities = 0) {
  return {
      0, 7, static_cast<std::uint8_t>(flags >> 8), static_cast<std::uint8_t>(flags), 0, 1, 0, answers, 0, authorities,
      0, 0};
}

std::string line(std::string_view format, const Query& query, const ReplyView& reply) {
  LogEvent event;
  event.fill(query, reply);
  std::string out;
  LineFormat::parse(format).value().write(
      event, std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'042)), out);
  return out;
}

}  // namespace

TEST_CASE("the common format looks as people know it") {
  const auto wire = header(0x8580, 1);
  const ReplyView reply{.wire = wire, .took = std::chrono::microseconds(1500)};
  CHECK(line("common", question("Example.org. AAAA", "192.0.2.7:4711"), reply) ==
        "192.0.2.7:4711 - 0 \"AAAA IN Example.org. udp 0 false 512\" NOERROR qr,aa,rd,ra 12 0.001500000s\n");
  CHECK_THAT(line("common", question("a. A", "[2001:db8::1]:53", Transport::tcp), reply),
             Catch::StartsWith("[2001:db8::1]:53 - ") && Catch::Contains(" tcp "));
}

TEST_CASE("the combined format adds time, plugin and source") {
  const auto wire = header(0x8403);
  const ReplyView reply{
      .wire = wire, .rcode = Rcode::NXDOMAIN, .source = Source::cache, .made_by = "a_plugin_with_a_long_name"};
  const auto text = line("combined", question("a. A"), reply);
  CHECK_THAT(text, Catch::StartsWith("2023-11-14T22:13:20.042Z 127.0.0.1:4000 - "));
  CHECK_THAT(text, Catch::EndsWith(" NXDOMAIN qr,aa 12 0.000000000s a_plugin_with_a_ cache\n"));
}

TEST_CASE("a query without a reply is a line too") {
  CHECK(line("{name} {rcode} {>rflags} {rsize} {plugin}", question("a. A"), {}) == "a. - - 0 -\n");
}

TEST_CASE("hostile names cannot forge lines or reach the terminal") {
  const auto text = line("\"{name}\"", question("a\\010b\\027[31m\\\"c. A"), {});
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(std::ranges::count(text, '"') == 2);
}

TEST_CASE("a line names who asked for what, without the client profile tag in it") {
  CHECK(line("{name} {type}", question("www.Cpt-5k2mx8q0v7n3r9tbwd4hyzje.example.org. A"), {}) ==
        "www.cpt-*.example.org. A\n");
}

TEST_CASE("an unknown or open placeholder is refused with those that there are") {
  CHECK_THAT(LineFormat::parse("{name} {nmae}").error().message,
             Catch::Contains("{nmae} is none") && Catch::Contains("{name}"));
  CHECK_FALSE(LineFormat::parse("{name"));
  CHECK(LineFormat::parse("plain"));
}

TEST_CASE("replies fall into classes") {
  const auto of = [](const std::vector<std::uint8_t>& wire, Rcode rcode = Rcode::NOERROR) {
    return class_of({.wire = wire, .rcode = rcode});
  };
  CHECK(of(header(0x8400, 1)) == ReplyClass::success);
  CHECK(of(header(0x8000, 0, 2)) == ReplyClass::success);  // a referral
  CHECK(of(header(0x8400, 0, 1)) == ReplyClass::denial);
  CHECK(of(header(0x8080, 0, 1)) == ReplyClass::denial);
  CHECK(of(header(0x8403), Rcode::NXDOMAIN) == ReplyClass::denial);
  CHECK(of(header(0x8005), Rcode::REFUSED) == ReplyClass::error);
  CHECK(of({}) == ReplyClass::error);
}

TEST_CASE("a line may name the persona of the client") {
  auto query = question("a. A");
  CHECK(line("{persona}", query, {}) == "default\n");
  query.set(Fact<PersonaId>{FactId::persona}, PersonaId{9});
  CHECK(line("{persona}", query, {}) == "persona-9\n");
}
