// A harbingerd that learns: hints over the wire, after a reload, after kill -9, and answers resolved ahead from a real upstream.
#include <catch2/catch.hpp>

#include <csignal>

#include <harbinger/hints.h>
#include <tests/support/dns_client.h>
#include <tests/support/http_client.h>
#include <tests/support/peers.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;

std::string config(const std::string& options) {
  return ".:{port} {\n bind 127.0.0.1\n prefetch {\n floor 0.1\n" + options +
         "}\n hosts {\n 192.0.2.1 first.example\n 192.0.2.2 second.example\n 192.0.2.3 third.example\n }\n}\n";
}

void append(std::vector<std::uint8_t>& to, OptionCode code, const std::vector<std::uint8_t>& data) {
  for (const auto value : {static_cast<unsigned>(code), static_cast<unsigned>(data.size())}) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value));
  }
  to.insert(to.end(), data.begin(), data.end());
}

// As a client behind a resolver: 10.n.m.0/24.
Wishes client(unsigned number, bool hints = false) {
  Wishes wishes;
  const std::uint8_t octets[4] = {10, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number), 0};
  std::vector<std::uint8_t> data;
  ClientSubnet{IpAddress::v4(octets), 24, 0}.write(data);
  append(wishes.options, OptionCode::ECS, data);
  if (hints) append(wishes.options, OptionCode::HINTS, {});
  return wishes;
}

// So many clients go from the first to the second to the third name.
void teach(const SocketAddress& server, unsigned from, unsigned clients) {
  for (unsigned i = from; i < from + clients; ++i)
    for (const auto* name : {"first.example", "second.example", "third.example"})
      REQUIRE(ask(server, name, RRType::A, client(i)));
}

std::vector<std::string> hints_for(const SocketAddress& server, std::string_view name, unsigned number) {
  const auto answer = ask(server, name, RRType::A, client(number, true));
  std::vector<std::string> hints;
  if (!answer || !answer->message.edns) return hints;
  const auto data = answer->message.edns->option(OptionCode::HINTS);
  if (!data) return hints;
  HintReader reader(*data, name);
  while (const auto hint = reader.next()) hints.emplace_back(hint->resource);
  return hints;
}

bool hints_at_second(const SocketAddress& server) {
  static unsigned next = 50'000;  // a client that nobody knows
  const auto hints = hints_for(server, "first.example", ++next);
  return std::ranges::find(hints, "second.example") != hints.end();
}

TEST_CASE("harbingerd learns a pattern and hints at it; kdig reads the hint") {
  Scratch scratch;
  auto server = start_harbinger(scratch, config(""));
  CHECK_FALSE(hints_at_second(server.address()));
  teach(server.address(), 0, 100);
  CHECK(wait_until([&] { return hints_at_second(server.address()); }));

  if (!installed({"kdig"})) return;
  const auto port = std::to_string(server.address().port);
  const auto dig = [&](std::vector<std::string> more) {
    std::vector<std::string> command{find_program("kdig")->string(), "@127.0.0.1", "-p", port, "first.example", "A",
                                     "+subnet=10.250.0.0/24"};
    command.insert(command.end(), more.begin(), more.end());
    Process kdig(command);
    kdig.wait();
    return kdig.output();
  };
  CHECK_THAT(dig({"+ednsopt=65314"}), Catch::Contains("192.0.2.1") && Catch::Contains("Option (65314)"));
  CHECK_THAT(dig({}), Catch::Contains("192.0.2.1") && !Catch::Contains("65314"));
}

TEST_CASE("what harbingerd has learnt survives a reload with other settings for hints") {
  Scratch scratch;
  auto server = start_harbinger(scratch, config(""));
  teach(server.address(), 0, 100);
  REQUIRE(wait_until([&] { return hints_at_second(server.address()); }));
  const auto file = scratch / ("harbinger-" + std::to_string(server.address().port)) / "Harbingerfile";
  auto text = read_text(file);
  text.replace(text.find("floor 0.1"), 9, "floor 0.15");
  scratch.write(std::filesystem::relative(file, scratch.path()), text);
  server.process().signal(SIGHUP);
  REQUIRE(wait_until([&] { return server.process().output().find("new configuration in use") != std::string::npos; }));
  CHECK(hints_at_second(server.address()));
}

TEST_CASE("after kill -9 harbingerd serves again within a second, and hints as before once its journal is read") {
  Scratch scratch;
  auto server = start_harbinger(scratch, config(" journal " + (scratch / "journal").string() + "\n"));
  teach(server.address(), 0, 200);
  REQUIRE(wait_until([&] { return hints_at_second(server.address()); }));
  // What is learnt is on disk within a second; a later access of a name that is seen nowhere else shows that this has passed.
  const auto written = [&] {
    std::uintmax_t size = 0;
    for (const auto& each : std::filesystem::recursive_directory_iterator(scratch / "journal"))
      if (each.is_regular_file()) size += each.file_size();
    return size;
  };
  REQUIRE(wait_until([&] { return written() > 2000; }));
  server.kill();
  const auto before = std::chrono::steady_clock::now();
  server.start();
  CHECK(std::chrono::steady_clock::now() - before < 5s);  // a second on a machine that is not busy testing
  CHECK(wait_until([&] { return hints_at_second(server.address()); }));
}

TEST_CASE("harbingerd does not start on a journal that another one uses, and names it") {
  Scratch scratch;
  const auto text = config(" journal " + (scratch / "journal").string() + "\n");
  auto first = start_harbinger(scratch, text);
  try {
    auto second = start_harbinger(scratch, text);
    FAIL("the second one started");
  } catch (const std::runtime_error& error) {
    CHECK_THAT(error.what(), Catch::Contains((scratch / "journal").string()));
  }
}

}  // namespace
}  // namespace harbinger
