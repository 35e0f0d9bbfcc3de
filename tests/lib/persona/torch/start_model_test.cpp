#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <tests/support/scratch.h>
#include "persona/network.h"
#include "persona/start_model.h"
#include "persona/start_trace.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

std::vector<std::uint8_t> octets_of(const std::filesystem::path& path) {
  const std::string text = test::read_text(path);
  return {text.begin(), text.end()};
}

}  // namespace

TEST_CASE("a start model knows more of clients it never saw than a new network, and is made again the same", "[long]") {
  const test::Scratch scratch;
  const auto path = scratch / "start.model", again = scratch / "again.model";
  REQUIRE(make_start_model(path, 1, 60, Logger{}));
  REQUIRE(make_start_model(again, 1, 60, Logger{}));
  CHECK(octets_of(path) == octets_of(again));

  StartTrace trace(1000);
  std::vector<std::vector<EventCode>> clients(50);
  for (auto& client : clients) client = trace.client(64);
  const std::vector<Network::Sequence> unseen(clients.begin(), clients.end());
  const auto network = make_network(2);
  const double before = network->loss(unseen);
  REQUIRE(network->load(octets_of(path)));
  CHECK(network->loss(unseen) < before - 0.2);
}

TEST_CASE("a start model that cannot be written says where") {
  const auto made = make_start_model("/nowhere/at/all/start.model", 1, 1, Logger{});
  REQUIRE_FALSE(made);
  CHECK(made.error().to_string().find("/nowhere/at/all/start.model") != std::string::npos);
}
