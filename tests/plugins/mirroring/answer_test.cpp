#include "plugins/mirroring/answer.h"

#include <catch2/catch.hpp>

#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::mirroring;
using namespace std::chrono_literals;

namespace {

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
Name name(const char* text) { return Name::parse(text).value(); }

mirror::Publication::At server(const char* target, std::vector<IpAddress> addresses, std::uint16_t port = 0) {
  return {.server = "e", .target = name(target), .addresses = std::move(addresses), .port = port};
}

mirror::Publication published(std::vector<mirror::Publication::At> servers) {
  return {.resource = "film.video.example",
          .cluster = "fra",
          .servers = std::move(servers),
          .ttl = 7s,
          .lease = 60s,
          .version = 1};
}

const auto kWithTargets = published(
    {server("one.cdn.test.", {ip("192.0.2.1"), ip("2001:db8::1")}, 8443), server("two.cdn.test.", {ip("192.0.2.2")})});
const auto kAddressesOnly =
    published({server(".", {ip("192.0.2.1"), ip("2001:db8::1")}), server(".", {ip("192.0.2.2")})});

Reply reply_to(RRType type, const mirror::Publication& what, const char* asked = "film.video.example.") {
  return answer(QueryBuilder(name(asked), type).build(), what, name("video.example."));
}

std::string lines_of(const std::vector<Record>& records) {
  std::string lines;
  for (const auto& each : records) lines += each.to_string() + '\n';
  return lines;
}
std::string answers(RRType type, const mirror::Publication& what, const char* asked = "film.video.example.") {
  return lines_of(reply_to(type, what, asked).answers());
}

}  // namespace

TEST_CASE("A and AAAA of what is mirrored are the best server's target with its addresses") {
  CHECK(answers(RRType::A, kWithTargets) ==
        "film.video.example. 7 IN CNAME one.cdn.test.\none.cdn.test. 7 IN A 192.0.2.1\n");
  CHECK(answers(RRType::AAAA, kWithTargets) ==
        "film.video.example. 7 IN CNAME one.cdn.test.\none.cdn.test. 7 IN AAAA 2001:db8::1\n");
}

TEST_CASE("where servers have no target, the addresses of all of them are the answer") {
  CHECK(answers(RRType::A, kAddressesOnly) ==
        "film.video.example. 7 IN A 192.0.2.1\nfilm.video.example. 7 IN A 192.0.2.2\n");
  CHECK(answers(RRType::AAAA, kAddressesOnly) == "film.video.example. 7 IN AAAA 2001:db8::1\n");
}

TEST_CASE("SVCB and HTTPS of what is mirrored name every server, best first, with its port and addresses") {
  for (const auto* type : {"HTTPS", "SVCB"})
    CHECK(answers(parse_type(type).value(), kWithTargets) ==
          std::string("film.video.example. 7 IN ") + type +
              " 1 one.cdn.test. port=\"8443\" ipv4hint=\"192.0.2.1\" ipv6hint=\"2001:db8::1\"\nfilm.video.example. 7 "
              "IN " +
              type + " 2 two.cdn.test. ipv4hint=\"192.0.2.2\"\n");
}

TEST_CASE("at the zone's own name there are addresses instead of a CNAME, which must stand alone") {
  CHECK(answers(RRType::A, kWithTargets, "video.example.") ==
        "video.example. 7 IN A 192.0.2.1\nvideo.example. 7 IN A 192.0.2.2\n");
}

TEST_CASE("other types get the CNAME where there is one, else no record and how long that may be remembered") {
  CHECK(answers(RRType::TXT, kWithTargets) == "film.video.example. 7 IN CNAME one.cdn.test.\n");
  const auto nothing = reply_to(RRType::TXT, kAddressesOnly);
  CHECK(nothing.rcode() == Rcode::NOERROR);
  CHECK(nothing.answers().empty());
  CHECK_THAT(lines_of(nothing.authorities()), Catch::StartsWith("video.example. 7 IN SOA ") && Catch::EndsWith(" 7\n"));
}

TEST_CASE("an answer with a mirror says that it is one, is ours, is for the client's subnet, and ages") {
  const auto reply = reply_to(RRType::A, kWithTargets);
  CHECK(reply.authoritative());
  CHECK(reply.for_subnet());
  CHECK(reply.keeping() == Reply::Keeping::by_ttl);
  REQUIRE(reply.explanation());
  CHECK(reply.explanation()->first == EdeCode::mirrored);
  CHECK(reply.explanation()->second == "mirrored in fra");
}
