// What harbingerd does not load unless its configuration asks for it.
#include <catch2/catch.hpp>

#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger::test;

TEST_CASE("a harbingerd without personas holds neither LibTorch nor gRPC") {
  const Scratch folder;
  const auto file = folder.write("Harbingerfile", ".:0 {\n bind 127.0.0.1\n whoami\n}\n");
  Process server({HARBINGER_BINARY_DIR "/server/harbingerd", "-conf", file.string()});
  REQUIRE(wait_until([&] { return server.output().find("listening on") != std::string::npos; }));
  const auto maps = read_text("/proc/" + std::to_string(server.pid()) + "/maps");
  REQUIRE(maps.find("harbingerd") != std::string::npos);
  for (const auto* library : {"torch", "libc10", "openblas", "grpc", "protobuf"}) {
    INFO(library);
    CHECK(maps.find(library) == std::string::npos);
  }
}
