#include <catch2/catch.hpp>

#include <harbinger/address.h>

using namespace harbinger;

namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

}  // namespace

TEST_CASE("addresses of both families read and print") {
  CHECK(ip("192.0.2.1").to_string() == "192.0.2.1");
  CHECK(ip("192.0.2.1").is_v4());
  CHECK(ip("192.0.2.1").octets().size() == 4);
  CHECK(ip("2001:DB8:0:0:0:0:0:1").to_string() == "2001:db8::1");
  CHECK_FALSE(ip("2001:db8::1").is_v4());
  CHECK(ip("2001:db8::1").octets().size() == 16);
  CHECK(ip("::ffff:192.0.2.1") == ip("192.0.2.1"));
  CHECK(IpAddress().to_string() == "::");
}

TEST_CASE("what is no address is refused with an example of one") {
  for (const char* text :
       {"", "192.0.2", "192.0.2.256", "1.2.3.4.5", "2001:db8::1::2", "localhost", "192.0.2.1 ", "fe80::1%eth0"}) {
    INFO(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
  CHECK(IpAddress::parse("host").error().message == "'host' is not an IP address such as 192.0.2.1 or 2001:db8::1");
  CHECK_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0", 10)));
  CHECK_FALSE(IpAddress::parse(std::string(5000, '1')));
}

TEST_CASE("the machine's own addresses are known") {
  for (const auto* own : {"127.0.0.1", "127.9.8.7", "::1"}) CHECK(IpAddress::parse(own)->is_loopback());
  for (const auto* other : {"128.0.0.1", "::", "::2", "2001:db8::1"})
    CHECK_FALSE(IpAddress::parse(other)->is_loopback());
}

TEST_CASE("cutting keeps the family and clears the rest") {
  CHECK(ip("192.0.2.255").truncated(24) == ip("192.0.2.0"));
  CHECK(ip("192.0.2.255").truncated(25) == ip("192.0.2.128"));
  CHECK(ip("192.0.2.255").truncated(0) == ip("0.0.0.0"));
  CHECK(ip("192.0.2.255").truncated(32) == ip("192.0.2.255"));
  CHECK(ip("192.0.2.255").truncated(99) == ip("192.0.2.255"));
  CHECK(ip("2001:db8:ffff::1").truncated(33) == ip("2001:db8:8000::"));
  CHECK(ip("2001:db8::1").truncated(0) == ip("::"));
  CHECK(ip("2001:db8::1").truncated(128) == ip("2001:db8::1"));
}

TEST_CASE("a prefix contains addresses of its family only") {
  const IpPrefix v4 = IpPrefix::parse("192.0.2.77/24").value();
  CHECK(v4.to_string() == "192.0.2.0/24");
  CHECK(v4.contains(ip("192.0.2.1")));
  CHECK_FALSE(v4.contains(ip("192.0.3.1")));
  const IpPrefix all_v6 = IpPrefix::parse("::/0").value();
  CHECK(all_v6.contains(ip("2001:db8::1")));
  CHECK_FALSE(all_v6.contains(ip("192.0.2.1")));
  CHECK_FALSE(IpPrefix::parse("0.0.0.0/0").value().contains(ip("2001:db8::1")));
  CHECK(IpPrefix::parse("192.0.2.1").value().bits == 32);
  CHECK(IpPrefix::parse("2001:db8::1").value().bits == 128);
}

TEST_CASE("a prefix with too many bits or none is refused") {
  for (const char* text :
       {"192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/8x", "/8", "192.0.2.0/ 8"}) {
    INFO(text);
    CHECK_FALSE(IpPrefix::parse(text));
  }
  CHECK(IpPrefix::parse("192.0.2.0/33").error().message == "'192.0.2.0/33' is not a prefix with 0 to 32 bits");
}

TEST_CASE("an address with a port reads and prints") {
  CHECK(SocketAddress::parse("192.0.2.1:53").value().to_string() == "192.0.2.1:53");
  CHECK(SocketAddress::parse("[2001:db8::1]:53").value().to_string() == "[2001:db8::1]:53");
  CHECK(SocketAddress::parse("192.0.2.1", 53).value().port == 53);
  CHECK(SocketAddress::parse("2001:db8::1", 53).value().to_string() == "[2001:db8::1]:53");
  CHECK(SocketAddress::parse("[2001:db8::1]", 53).value().port == 53);
}

TEST_CASE("an address without the port it needs is refused") {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "192.0.2.1:", "192.0.2.1:65536", "[2001:db8::1",
                           "[2001:db8::1]53", ":53", "[]:53", ""}) {
    INFO(text);
    CHECK_FALSE(SocketAddress::parse(text));
  }
}
