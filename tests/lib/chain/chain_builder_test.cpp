#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

std::vector<std::string> errors_of(const std::string& text,
                                   std::vector<PluginSpec> plugins = {probe("a", answering("60 A 192.0.2.1"))}) {
  Metrics metrics;
  World world;
  world.metrics = &metrics;
  world.clock = &system_clock();
  const auto file = config::parse(text, "Harbingerfile");
  std::vector<std::string> lines;
  const auto note = [&](const config::Errors& errors) {
    for (const auto& error : errors) lines.push_back(error.to_string());
  };
  if (!file) {
    note(file.error());
  } else if (const auto built = build_chains(*file, plugins, world); !built) {
    note(built.error());
  }
  return lines;
}

}  // namespace

TEST_CASE("an unknown plugin is named with its place and the nearest known word") {
  const auto errors = errors_of(". {\n  forwrd . 192.0.2.1\n}\n", {probe("forward", {})});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0] == "Harbingerfile:2:3: no plugin `forwrd`; did you mean `forward`?");
}

TEST_CASE("every error is told at once") {
  const auto errors = errors_of("tls://example.org {\n  nope\n  a\n  a\n  cache { min_ttl abc }\n}\n");
  REQUIRE(errors.size() == 4);
  CHECK(errors[0].starts_with("Harbingerfile:1:1: "));
  CHECK(errors[1].starts_with("Harbingerfile:2:3: "));
  CHECK(errors[2].starts_with("Harbingerfile:4:3: "));
  CHECK(errors[3].starts_with("Harbingerfile:5:"));
}

TEST_CASE("a zone may be served once on a port") {
  const auto errors = errors_of("example.org {\n a\n}\nEXAMPLE.org {\n a\n}\n");
  REQUIRE(errors.size() == 2);  // on 0.0.0.0 and on ::
  CHECK(errors[0].find("cannot serve EXAMPLE.org. on") != std::string::npos);
  CHECK(errors[0].find("already defined at Harbingerfile:1:1") != std::string::npos);
  CHECK(errors_of("example.org {\n a\n}\nexample.org:54 {\n a\n}\n").empty());
}

TEST_CASE("a configuration without blocks is refused") { CHECK(errors_of("# nothing\n").size() == 1); }

TEST_CASE("a plugin that cannot start keeps the configuration out, with the plugin's place") {
  auto spec = probe("broken", {});
  spec.make = [](const config::Directive&) -> std::expected<std::unique_ptr<Plugin>, config::Errors> {
    struct Broken final : Plugin {
      Result<void> start(const PluginContext&) override { return fail(ErrorCode::not_found, "no such file"); }
    };
    return std::make_unique<Broken>();
  };
  const auto errors = errors_of(". {\n broken\n}\n", {spec});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0] == "Harbingerfile:2:2: plugin/broken: no such file");
}

TEST_CASE("a plugin that throws when it is made or started keeps the configuration out, with the plugin's place") {
  auto unmade = probe("unmade", {});
  unmade.make = [](const config::Directive&) -> std::expected<std::unique_ptr<Plugin>, config::Errors> {
    throw std::runtime_error("no room");
  };
  ProbeRoles roles;
  roles.start = [](const PluginContext&) { throw std::runtime_error("no disk"); };
  CHECK(errors_of(". {\n unmade\n}\n", {unmade}) ==
        std::vector<std::string>{"Harbingerfile:2:2: plugin/unmade: no room"});
  CHECK(errors_of(". {\n broken\n}\n", {probe("broken", roles)}) ==
        std::vector<std::string>{"Harbingerfile:2:2: plugin/broken: no disk"});
}

TEST_CASE("zones, ports and binds become listen addresses") {
  MemoryServer server("example.org:5300 example.net:5301 {\n bind 127.0.0.1 ::1\n a\n}",
                      {probe("a", answering("60 A 192.0.2.1"))});
  std::vector<std::string> addresses;
  for (const auto& port : server.chains().ports) addresses.push_back(port.listen.address.to_string());
  std::ranges::sort(addresses);
  CHECK(addresses == std::vector<std::string>{"127.0.0.1:5300", "127.0.0.1:5301", "[::1]:5300", "[::1]:5301"});
}

TEST_CASE("an address range stands for its reverse zones") {
  MemoryServer server("10.1.0.0/23 {\n a\n}", {probe("a", answering("60 PTR host.example."))});
  CHECK(server.ask("7.0.1.10.in-addr.arpa. PTR")->rcode() == Rcode::NOERROR);
  CHECK(server.ask("7.1.1.10.in-addr.arpa. PTR")->rcode() == Rcode::NOERROR);
  CHECK(server.ask("7.2.1.10.in-addr.arpa. PTR")->rcode() == Rcode::REFUSED);
}

TEST_CASE("describe lists plugins by role in running order") {
  ProbeRoles gate;
  gate.admit = [](const Query&) { return Verdict::pass(); };
  MemoryServer server("example.org {\n a\n gate\n}", {probe("a", answering("60 A 192.0.2.1")), probe("gate", gate)});
  const auto text = server.chains().describe();
  CHECK(text.find("admit    gate\n") != std::string::npos);
  CHECK(text.find("serve    a\n") != std::string::npos);
  CHECK(text.find("gate") < text.find("(answer cache)"));
}
