// Modules that a program loads on demand. This program links what harbingerd links, and exports it the same way.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <future>

#include "base/module_loader.h"
#include "persona/module_loader.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
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

RpcClientSettings nobody() {
  RpcClientSettings settings;
  settings.address = "127.0.0.1:1";
  return settings;
}

}  // namespace

TEST_CASE("a module that is not there is missed by name, and where it was looked for is said") {
  const Scratch folder;
  const ModulesIn modules(folder.path());
  const auto remote = load_remote(nobody());
  REQUIRE_FALSE(remote);
  CHECK(remote.error().code == ErrorCode::not_found);
  CHECK(remote.error().message == "no module harbinger-persona-rpc.so in " + folder.path().string() +
                                      ": install it, or name its folder in HARBINGER_MODULES");
  CHECK(load_network(1).error().message.find("harbinger-engine.so") != std::string::npos);
}

TEST_CASE("modules are looked for beside the program, then in the installation's library folder") {
  const auto folders = module_folders();
  REQUIRE(folders.size() == 2);
  CHECK(folders[0] == std::filesystem::read_symlink("/proc/self/exe").parent_path());
  CHECK(folders[1].filename() == "harbinger");
  CHECK(folders[1].string().starts_with(folders[0].parent_path().string()));
}

TEST_CASE("what is no module is refused") {
  const Scratch folder;
  const ModulesIn modules(folder.path());
  folder.write(std::string(kRpcModule), "text");
  CHECK(load_remote(nobody()).error().code == ErrorCode::malformed);
}

TEST_CASE("a module of another build is refused, and both builds are named") {
  const ModulesIn modules(HARBINGER_FOREIGN_MODULES);
  const auto remote = load_remote(nobody());
  REQUIRE_FALSE(remote);
  CHECK(remote.error().code == ErrorCode::unsupported);
  CHECK(remote.error().message.find("\"of another age\"") != std::string::npos);
  CHECK(remote.error().message.find("install both from one build") != std::string::npos);
}

TEST_CASE("gRPC is loaded with the module and not before, and the client in it works") {
  CHECK_FALSE(has_loaded("libgrpc"));
  const ModulesIn modules(HARBINGER_BINARY_DIR "/server");
  const auto remote = load_remote(nobody());
  INFO((remote ? "" : remote.error().message));
  REQUIRE(remote);
  CHECK(has_loaded("libgrpc"));
  CHECK_FALSE(has_loaded("libtorch"));
  std::promise<Error> trouble;
  const PersonaAsk ask;
  (*remote)->assign(std::span(&ask, 1), [&](const auto& answer) { trouble.set_value(answer.error()); });
  CHECK(trouble.get_future().get().code == ErrorCode::unreachable);
}

TEST_CASE("LibTorch is loaded with the network's module and not before, and the network in it works") {
  const std::filesystem::path built = HARBINGER_BINARY_DIR "/server";
  if (!exists(built / kEngineModule)) {
    WARN("harbinger-engine.so is not built here");
    return;
  }
  CHECK_FALSE(has_loaded("libtorch"));
  const ModulesIn modules(built);
  const auto network = load_network(1);
  INFO((network ? "" : network.error().message));
  REQUIRE(network);
  CHECK(has_loaded("libtorch"));
  const EventCode event;
  std::vector<float> hidden(kHidden);
  (*network)->step(std::span(&event, 1), hidden, {});
  CHECK(hidden != std::vector<float>(kHidden));
}
