#include "tests/support/drive.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

// Stands behind hosts and says that it was asked.
struct Behind final : Plugin {
  Task<Reply> serve(const Query&, Next) override { return ready(Reply::with(Rcode::NOTIMP)); }
};

struct Started {
  Scratch scratch;
  TestWorld world;
  Behind behind;
  std::unique_ptr<Plugin> hosts;

  Started(std::string_view text, std::string_view directive) {
    scratch.write("hosts", text);
    world.context.directory = scratch.path();
    hosts = make_plugin(directive);
    const auto started = hosts->start(world.context);
    if (!started) throw std::runtime_error(started.error().to_string());
  }
  Reply reply(std::string_view text) { return ask(*hosts, question(text), {&behind}); }
  std::string told(std::string_view text) { return text_of(reply(text)); }
};

}  // namespace

TEST_CASE("hosts answers A, AAAA and PTR from its file") {
  Started hosts("192.0.2.1 www.example w\n2001:db8::1 www.example\n", "hosts hosts {\n ttl 5m\n}");
  CHECK(hosts.told("WWW.example. A") == "WWW.example. 300 IN A 192.0.2.1\n");
  CHECK(hosts.told("www.example. AAAA") == "www.example. 300 IN AAAA 2001:db8::1\n");
  CHECK(hosts.told("1.2.0.192.in-addr.arpa. PTR") ==
        "1.2.0.192.in-addr.arpa. 300 IN PTR www.example.\n1.2.0.192.in-addr.arpa. 300 IN PTR w.\n");
  const auto reply = hosts.reply("www.example. A");
  CHECK(reply.authoritative());
  CHECK(reply.keeping() == Reply::Keeping::until_changed);
  CHECK(hosts.world.metric("harbinger_hosts_entries") == 3);
}

TEST_CASE("hosts denies names and types of its zones with a SOA") {
  Started hosts("192.0.2.1 www.example.org\n", "hosts hosts example.org");
  const auto no_name = hosts.reply("x.example.org. A");
  CHECK(no_name.rcode() == Rcode::NXDOMAIN);
  REQUIRE(no_name.authorities().size() == 1);
  CHECK(no_name.authorities()[0].type == RRType::SOA);
  CHECK(no_name.authorities()[0].name == Name::parse("example.org").value());
  const auto no_type = hosts.reply("www.example.org. MX");
  CHECK(no_type.rcode() == Rcode::NOERROR);
  CHECK(no_type.authorities().size() == 1);
  CHECK(hosts.reply("example.org. NS").rcode() == Rcode::NOERROR);
  CHECK(hosts.reply("example.net. A").rcode() == Rcode::NOTIMP);
}

TEST_CASE("hosts with fallthrough denies types but hands names on") {
  Started hosts("192.0.2.1 www.example.org\n", "hosts hosts {\n fallthrough\n}");
  CHECK(hosts.reply("x.example.org. A").rcode() == Rcode::NOTIMP);
  CHECK(hosts.reply("example.org. A").rcode() == Rcode::NOTIMP);
  CHECK(hosts.reply("www.example.org. AAAA").rcode() == Rcode::NOERROR);
  CHECK(hosts.reply("2.2.0.192.in-addr.arpa. PTR").rcode() == Rcode::NOTIMP);
}

TEST_CASE("hosts without reverse answers no PTR") {
  Started hosts("192.0.2.1 www.example.org\n", "hosts hosts {\n no_reverse\n fallthrough\n}");
  CHECK(hosts.reply("1.2.0.192.in-addr.arpa. PTR").rcode() == Rcode::NOTIMP);
}

TEST_CASE("hosts takes lines of the configuration beside its file") {
  Started hosts("192.0.2.1 a\n", "hosts hosts {\n 192.0.2.2 a b\n}");
  CHECK(hosts.reply("a. A").answers().size() == 2);
  CHECK(hosts.told("b. A") == "b. 3600 IN A 192.0.2.2\n");
  CHECK_THAT(errors_of("hosts {\n 192.0.2 a\n falthrough\n}"),
             Catch::Contains("192.0.2") && Catch::Contains("falthrough"));
}

TEST_CASE("hosts loads its file again when it changes, and old answers are gone") {
  Started hosts("192.0.2.1 a\n", "hosts hosts {\n reload 1ms\n}");
  hosts.scratch.write("hosts", "192.0.2.99 a\n192.0.2.2 b\n300.0.0.1 c\n");
  REQUIRE(wait_until([&] { return hosts.world.answers.all == 1; }));
  CHECK(hosts.told("a. A") == "a. 3600 IN A 192.0.2.99\n");
  CHECK_THAT(hosts.world.log.text(), Catch::Contains("hosts:3:1: "));

  std::filesystem::remove(hosts.scratch / "hosts");
  CHECK(hosts.told("b. A") == "b. 3600 IN A 192.0.2.2\n");
  hosts.hosts->stop();
}

TEST_CASE("hosts that never looks by itself looks when the operator asks") {
  Started hosts("192.0.2.1 a\n", "hosts hosts {\n reload 0s\n}");
  hosts.scratch.write("hosts", "192.0.2.99 a\n");
  hosts.hosts->refresh();
  REQUIRE(wait_until([&] { return hosts.world.answers.all == 1; }));
  CHECK(hosts.told("a. A") == "a. 3600 IN A 192.0.2.99\n");
}

TEST_CASE("hosts refuses to start when the file that was named is missing") {
  TestWorld world;
  const auto hosts = make_plugin("hosts /nowhere/hosts");
  const auto started = hosts->start(world.context);
  REQUIRE_FALSE(started);
  CHECK(started.error().position.file == "/nowhere/hosts");
}
