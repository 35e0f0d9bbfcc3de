#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("acl answers blocked clients REFUSED, filtered ones nothing, and drops without a word") {
  TestWorld world;
  const auto acl = make_plugin("acl {\n block net 192.0.2.0/24\n filter net 198.51.100.0/24\n drop net 203.0.113.9\n}");
  REQUIRE(acl->start(world.context));

  const auto blocked = acl->admit(question("example.org. A", "192.0.2.1:53"));
  CHECK(blocked.kind == Verdict::Kind::answer);
  CHECK(blocked.rcode == Rcode::REFUSED);
  CHECK(blocked.cause == EdeCode::blocked);
  const auto filtered = acl->admit(question("example.org. A", "198.51.100.1:53"));
  CHECK(filtered.kind == Verdict::Kind::answer);
  CHECK(filtered.rcode == Rcode::NOERROR);
  CHECK(filtered.cause == EdeCode::filtered);
  CHECK(acl->admit(question("example.org. A", "203.0.113.9:53")).kind == Verdict::Kind::drop);
  CHECK(acl->admit(question("example.org. A", "203.0.113.8:53")).kind == Verdict::Kind::pass);
  CHECK(acl->admit(question("example.org. A", "[2001:db8::1]:53")).kind == Verdict::Kind::pass);

  CHECK(world.metric("harbinger_acl_blocked_requests_total") == 1);
  CHECK(world.metric("harbinger_acl_filtered_requests_total") == 1);
  CHECK(world.metric("harbinger_acl_dropped_requests_total") == 1);
  CHECK(world.metric("harbinger_acl_allowed_requests_total") == 2);
}

TEST_CASE("acl decides alike over every transport") {
  const auto acl = make_plugin("acl {\n block net 192.0.2.0/24\n}");
  for (const auto transport : {Transport::udp, Transport::tcp, Transport::tls, Transport::https}) {
    CHECK(acl->admit(question("example.org. A", "192.0.2.1:53", transport)).kind == Verdict::Kind::answer);
    CHECK(acl->admit(question("example.org. A", "192.0.3.1:53", transport)).kind == Verdict::Kind::pass);
  }
}

TEST_CASE("acl with a zone looks only at names within it") {
  const auto acl = make_plugin("acl intern.example.org {\n block\n}");
  CHECK(acl->admit(question("a.Intern.example.org. A")).kind == Verdict::Kind::answer);
  CHECK(acl->admit(question("intern.example.org. A")).kind == Verdict::Kind::answer);
  CHECK(acl->admit(question("example.org. A")).kind == Verdict::Kind::pass);
}

TEST_CASE("acl tells everything that is wrong with its rules") {
  const auto errors = errors_of("acl {\n block net 300.1.2.3\n allow type NOTYPE net 10.0.0.0/33\n permit\n}");
  CHECK_THAT(errors, Catch::Contains("300.1.2.3"));
  CHECK_THAT(errors, Catch::Contains("NOTYPE"));
  CHECK_THAT(errors, Catch::Contains("10.0.0.0/33"));
  CHECK_THAT(errors, Catch::Contains("permit"));
}
