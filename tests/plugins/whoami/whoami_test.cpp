#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("whoami tells an IPv4 client its address, port and transport") {
  const auto plugin = make_plugin("whoami");
  const auto reply = ask(*plugin, question("example.org. A", "192.0.2.7:4711"));

  CHECK(reply.rcode() == Rcode::NOERROR);
  CHECK(reply.authoritative());
  CHECK(reply.answers().empty());
  CHECK(text_of(reply) == "example.org. 0 IN A 192.0.2.7\n_udp.example.org. 0 IN SRV 0 0 4711 .\n");
}

TEST_CASE("whoami tells an IPv6 client over TCP the same, whatever type it asks for") {
  const auto plugin = make_plugin("whoami");
  const auto reply = ask(*plugin, question("example.org. TXT", "[2001:db8::7]:53", Transport::tcp));

  CHECK(text_of(reply) == "example.org. 0 IN AAAA 2001:db8::7\n_tcp.example.org. 0 IN SRV 0 0 53 .\n");
}

TEST_CASE("whoami's answer is never kept for another client") {
  const auto plugin = make_plugin("whoami");
  CHECK(ask(*plugin, question("example.org. A")).keeping() == Reply::Keeping::never);
}

TEST_CASE("whoami answers on a name that is too long for a label in front of it") {
  std::string name;
  for (int i = 0; i < 127; ++i) name += "a.";
  const auto plugin = make_plugin("whoami");
  const auto reply = ask(*plugin, question(name + " A"));
  CHECK(reply.additionals().size() == 2);
}

TEST_CASE("whoami takes no options") { CHECK_FALSE(errors_of("whoami fast").empty()); }
