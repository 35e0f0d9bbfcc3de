// The module with the server for sensors and applications. This program links what harbingerd links, and exports it the same way.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "orchestrate/orchestration_loader.h"
#include "tests/support/fake_orchestration_engine.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

// HARBINGER_MODULES for a test.
class ModulesIn {
 public:
  explicit ModulesIn(const std::filesystem::path& folder) { ::setenv("HARBINGER_MODULES", folder.c_str(), 1); }
  ~ModulesIn() { ::unsetenv("HARBINGER_MODULES"); }
  ModulesIn(const ModulesIn&) = delete;
  ModulesIn& operator=(const ModulesIn&) = delete;
};

bool has_loaded(std::string_view library) { return read_text("/proc/self/maps").find(library) != std::string::npos; }

auto load(const char* address) {
  ServerSettings settings;
  settings.listen = {SocketAddress::parse(address).value()};
  return load_orchestration_server(std::make_shared<FakeOrchestrationEngine>(), settings);
}

}  // namespace

TEST_CASE("a missing module of orchestration is named, and where it was looked for") {
  const Scratch folder;
  const ModulesIn modules(folder.path());
  const auto server = load("127.0.0.1:0");
  REQUIRE_FALSE(server);
  CHECK(server.error().code == ErrorCode::not_found);
  CHECK(server.error().message == "no module harbinger-orchestration-rpc.so in " + folder.path().string() +
                                      ": install it, or name its folder in HARBINGER_MODULES");
}

TEST_CASE("gRPC comes with the module of orchestration and not before, and the server in it listens") {
  CHECK_FALSE(has_loaded("libgrpc"));
  const ModulesIn modules(HARBINGER_BINARY_DIR "/server");
  const auto server = load("127.0.0.1:0");
  INFO((server ? "" : server.error().message));
  REQUIRE(server);
  CHECK(has_loaded("libgrpc"));
  CHECK((*server)->addresses().at(0).port != 0);
  (*server)->stop();
}

TEST_CASE("errors of the server in the orchestration module come through") {
  const ModulesIn modules(HARBINGER_BINARY_DIR "/server");
  const auto server = load("0.0.0.0:0");
  REQUIRE_FALSE(server);
  CHECK(server.error().code == ErrorCode::denied);
}
