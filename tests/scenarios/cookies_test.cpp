// Cookies as Knot's kdig speaks them, against harbingerd.
#include <catch2/catch.hpp>

#include <regex>

#include "tests/support/peers.h"

namespace harbinger {
namespace {

using namespace test;

std::string kdig(const SocketAddress& server, std::vector<std::string> more) {
  std::vector<std::string> command{"kdig", "@127.0.0.1", "-p", std::to_string(server.port), "me.example", "A"};
  command.insert(command.end(), more.begin(), more.end());
  Process process(command);
  const auto ending = process.wait();
  REQUIRE((ending && ending->exit_code == 0));
  return process.output();
}

// Client's and server's cookie, as the reply has them.
std::string cookie_in(const std::string& output) {
  std::smatch found;
  REQUIRE(std::regex_search(output, found, std::regex("COOKIE: ([0-9A-Fa-f]{16})([0-9A-Fa-f]{32})")));
  return found[1].str() + found[2].str();
}

}  // namespace

TEST_CASE("kdig gets a cookie, and past BADCOOKIE with it") {
  Scratch scratch;
  auto server =
      start_harbinger(scratch, ".:{port} {\n bind 127.0.0.1\n cookies {\n require 127.0.0.0/8\n }\n whoami\n}\n");
  const auto refused = kdig(server.address(), {"+cookie=0102030405060708", "+nobadcookie"});
  CHECK_THAT(refused, Catch::Contains("BADCOOKIE"));
  const auto cookie = cookie_in(refused);
  CHECK(cookie.starts_with("0102030405060708"));

  const auto accepted = kdig(server.address(), {"+cookie=" + cookie, "+nobadcookie"});
  CHECK_THAT(accepted, Catch::Contains("NOERROR"));
  CHECK(cookie_in(accepted) == cookie);
  CHECK_THAT(kdig(server.address(), {"+cookie"}), Catch::Contains("NOERROR"));

  // Without a cookie kdig comes back over TCP by itself.
  CHECK_THAT(kdig(server.address(), {}), Catch::Contains("_tcp.me.example."));
}

}  // namespace harbinger
