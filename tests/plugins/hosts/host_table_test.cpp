#include "plugins/hosts/host_table.h"

using namespace harbinger;
using namespace harbinger::hosts;

namespace {

Name name(std::string_view text) { return Name::parse(text).value(); }
IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

HostTable table_of(std::string_view text) {
  HostTable table;
  for (const auto& entry : parse_hosts(text, "hosts", [](const Error&) {})) table.add(entry);
  return table;
}

}  // namespace

TEST_CASE("lines give addresses to names, whatever spaces, comments and line ends there are") {
  const auto table =
      table_of("# first\r\n\n 192.0.2.1\tA.example  b # and so on\r\n2001:db8::1 a.EXAMPLE.\n192.0.2.1 a.example");
  REQUIRE(table.find(name("a.example")));
  CHECK(table.find(name("a.example"))->addresses == std::vector{ip("192.0.2.1"), ip("2001:db8::1")});
  CHECK(table.find(name("B"))->addresses == std::vector{ip("192.0.2.1")});
  CHECK(table.entries() == 3);
  CHECK_FALSE(table.find(name("c.example")));
}

TEST_CASE("a name above a listed one exists but has no addresses") {
  const auto table = table_of("192.0.2.1 a.b.c.example");
  REQUIRE(table.find(name("b.c.example")));
  CHECK(table.find(name("b.c.example"))->addresses.empty());
  CHECK(table.find(name("example")));
  CHECK_FALSE(table.find(name("x.c.example")));
}

TEST_CASE("addresses lead back to their names, canonical name first") {
  const auto table = table_of("192.0.2.1 www.example w\n192.0.2.1 w other\n2001:db8::1 six");
  const auto* names = table.find_reverse(name("1.2.0.192.in-addr.arpa"));
  REQUIRE(names);
  CHECK(*names == std::vector{name("www.example"), name("w"), name("other")});
  CHECK(table.find_reverse(name("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6.arpa")));
  CHECK_FALSE(table.find_reverse(name("2.2.0.192.in-addr.arpa")));
}

TEST_CASE("only complete reverse names stand for an address") {
  CHECK(address_of_reverse(name("1.2.0.192.in-addr.arpa")) == ip("192.0.2.1"));
  for (const auto* wrong :
       {"2.0.192.in-addr.arpa", "0.1.2.0.192.in-addr.arpa", "256.2.0.192.in-addr.arpa", "01.2.0.192.in-addr.arpa",
        "x.2.0.192.in-addr.arpa", "in-addr.arpa", "1.0.ip6.arpa", "g.0.ip6.arpa", "1.2.0.192.example"})
    CHECK_FALSE(address_of_reverse(name(wrong)));
  CHECK(is_above_reverse(name("2.0.192.in-addr.arpa")));
  CHECK(is_above_reverse(name("arpa")));
  CHECK_FALSE(is_above_reverse(name("1.2.0.192.in-addr.arpa")));
  CHECK_FALSE(is_above_reverse(name("example")));
}

TEST_CASE("an address of very many names leads back to a few of them") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "0.0.0.0 ads" + std::to_string(i) + ".example\n";
  const auto table = table_of(text);
  CHECK(table.entries() == 1000);
  CHECK(table.find_reverse(name("0.0.0.0.in-addr.arpa"))->size() == 16);
}

TEST_CASE("a wrong line is told with its place and the others count") {
  std::vector<std::string> errors;
  const auto entries =
      parse_hosts("192.0.2.1 good\n 300.0.0.1 bad\n192.0.2.2 a..b also.good\n192.0.2.3\nfe80::1%lo0 scoped\n" +
                      std::string(1000, 'x') + "\n",
                  "hosts", [&](const Error& error) { errors.push_back(error.to_string()); });
  CHECK(entries.size() == 2);
  REQUIRE(errors.size() == 5);
  CHECK_THAT(errors[0], Catch::StartsWith("hosts:2:2: ") && Catch::Contains("300.0.0.1"));
  CHECK_THAT(errors[1], Catch::StartsWith("hosts:3:11: ") && Catch::Contains("a..b"));
  CHECK_THAT(errors[2], Catch::StartsWith("hosts:4:1: "));
  CHECK_THAT(errors[3], Catch::StartsWith("hosts:5:1: "));
  CHECK(errors[4].size() < 500);
}
