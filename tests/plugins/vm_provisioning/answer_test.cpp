#include "plugins/vm_provisioning/answer.h"

#include <catch2/catch.hpp>

#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::vm_provisioning;
using namespace std::chrono_literals;
using provision::Assignment;
using provision::Wish;

namespace {

Name name(const char* text) { return Name::parse(text).value(); }

Reply reply_to(RRType type, Assignment::Kind kind = Assignment::Kind::own) {
  const Assignment what{.kind = kind,
                        .addresses = {IpAddress::parse("192.0.2.9").value(), IpAddress::parse("2001:db8::9").value()},
                        .port = 8443,
                        .ttl = 30s};
  return answer(QueryBuilder(name("a.apps.example."), type).build(), what, Wish{5, 1}, name("apps.example."));
}

std::string records(const Reply& reply) {
  std::string lines;
  for (const auto& each : reply.answers()) lines += each.to_string() + '\n';
  return lines;
}

}  // namespace

TEST_CASE("an instance is told as addresses, and as a service with its port") {
  CHECK(records(reply_to(RRType::A)) == "a.apps.example. 30 IN A 192.0.2.9\n");
  CHECK(records(reply_to(RRType::AAAA)) == "a.apps.example. 30 IN AAAA 2001:db8::9\n");
  const auto service = records(reply_to(RRType::HTTPS));
  CHECK_THAT(service, Catch::Contains("1 . ") && Catch::Contains("port=\"8443\"") && Catch::Contains("192.0.2.9"));
  CHECK_FALSE(reply_to(RRType::A).explanation());
}

TEST_CASE("an instance has no other records, and that holds as long as its addresses do") {
  const auto reply = reply_to(RRType::MX);
  CHECK(reply.rcode() == Rcode::NOERROR);
  CHECK(reply.answers().empty());
  REQUIRE(reply.authorities().size() == 1);
  CHECK(reply.authorities()[0].ttl == 30);
}

TEST_CASE("what is not the client's own instance is told for a second, and says why") {
  for (const auto kind : {Assignment::Kind::shared, Assignment::Kind::waiting}) {
    const auto reply = reply_to(RRType::A, kind);
    CHECK(records(reply) == "a.apps.example. 1 IN A 192.0.2.9\n");
    REQUIRE(reply.explanation());
    CHECK(reply.explanation()->first == EdeCode::capacity_warming);
  }
}

TEST_CASE("a kept answer rests on its wish, and without an own instance on its pool as well") {
  const auto own = reply_to(RRType::A), waiting = reply_to(RRType::A, Assignment::Kind::waiting);
  REQUIRE(own.dependencies().size() == 1);
  CHECK(own.dependencies()[0] == name_of({5, 1}));
  REQUIRE(waiting.dependencies().size() == 2);
  CHECK(waiting.dependencies()[1] == name_of({0, 1}));
  CHECK(name_of({5, 1}) != name_of({5, 2}));
  CHECK(name_of({5, 1}) != name_of({6, 1}));
}
