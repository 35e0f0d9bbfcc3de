#include <array>

#include "tests/support/drive.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

// A SERVFAIL as the server sends it, with an extended error when there is a text.
std::vector<std::uint8_t> failure(const Query& query, std::string_view text) {
  std::array<std::uint8_t, 512> out;
  Header header;
  header.qr = true;
  header.rcode = 2;
  MessageWriter writer(out, header);
  writer.add_question(query.question());
  std::vector<std::uint8_t> options;
  if (!text.empty()) {
    options = {0, 15, 0, static_cast<std::uint8_t>(2 + text.size()), 0, 22};
    options.insert(options.end(), text.begin(), text.end());
  }
  writer.add_opt({.options = options});
  const auto wire = writer.finish();
  return {wire.begin(), wire.end()};
}

void fail_once(Plugin& errors, std::string_view asked, std::string_view text) {
  const auto query = question(asked);
  const auto wire = failure(query, text);
  errors.observe(query, {.wire = wire, .rcode = Rcode::SERVFAIL, .made_by = "forward"});
}

}  // namespace

TEST_CASE("errors logs the question, the plugin and the cause") {
  TestWorld world;
  const auto errors = make_plugin("errors");
  REQUIRE(errors->start(world.context));
  fail_once(*errors, "www.example.org. AAAA", "no upstream answered");
  errors->observe(question("b. A"), {.rcode = Rcode::SERVFAIL});
  errors->observe(question("c. A"), {.rcode = Rcode::NXDOMAIN});
  errors->stop();
  CHECK(world.log.text() ==
        "test: www.example.org. AAAA: forward: no upstream answered (extended error 22)\n"
        "test: b. A: server: failed\n");
  CHECK(world.metric("harbinger_errors_total") == 2);
}

TEST_CASE("errors writes a flood as a few lines and loses no count") {
  TestWorld world;
  const auto errors = make_plugin("errors");
  REQUIRE(errors->start(world.context));
  for (int i = 0; i < 10000; ++i) fail_once(*errors, "www.example.org. A", "no upstream answered");
  errors->stop();
  const auto text = world.log.text();
  CHECK(std::ranges::count(text, '\n') < 100);
  CHECK(world.metric("harbinger_errors_total") == 10000);
}

TEST_CASE("errors escapes names and causes that others chose") {
  TestWorld world;
  const auto errors = make_plugin("errors");
  REQUIRE(errors->start(world.context));
  fail_once(*errors, "a\\010b. A", "two\nlines \x1b[31m");
  errors->stop();
  const auto text = world.log.text();
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("errors shows no client profile tag, be it in the name or in the cause") {
  TestWorld world;
  const auto errors = make_plugin("errors");
  REQUIRE(errors->start(world.context));
  fail_once(*errors, "cpt-5k2mx8q0v7n3r9tbwd4hyzje.example.org. A", "no cpt-5k2mx8q0v7n3r9tbwd4hyzje");
  errors->stop();
  CHECK(world.log.text() == "test: cpt-*.example.org. A: forward: no cpt-* (extended error 22)\n");
}
