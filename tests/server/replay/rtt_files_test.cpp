#include "server/replay/rtt_files.h"

#include <catch2/catch.hpp>
#include "server/replay/steer_replay.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::replay;
using namespace harbinger::test;
using Catch::Matchers::Contains;

TEST_CASE("matrices are slices of time, and seconds become milliseconds") {
  const Scratch scratch;
  const auto one = scratch.write("1", "0\t0.02\t0.03\n0.02\t0\t0.04\n0.03\t0.04\t0\n").string();
  const auto two = scratch.write("2", "0 0.5 0.03\n0.02 0 0.04\n0.03 0.04 0\n").string();
  const auto slices = read_rtt_matrices({one, two});
  REQUIRE(slices);
  REQUIRE(slices->size() == 2);
  CHECK((*slices)[0][0][1] == Approx(20));
  CHECK((*slices)[1][0][1] == Approx(500));
}

TEST_CASE("what is no matrix is told with its file") {
  const Scratch scratch;
  const auto good = scratch.write("good", "0 20\n20 0\n").string();
  CHECK_THAT(read_rtt_matrices({scratch.write("a", "0 1 2\n3 4\n").string()}).error().message,
             Contains("no square matrix"));
  CHECK_THAT(read_rtt_matrices({scratch.write("b", "\n").string()}).error().message, Contains("no line with numbers"));
  CHECK_THAT(read_rtt_matrices({good, scratch.write("c", "0\n").string()}).error().message,
             Contains("1 nodes, and the first file 2"));
  CHECK(read_rtt_matrices({"/nowhere"}).error().code == ErrorCode::not_found);
}

TEST_CASE("pings of cities find their rows by the names of the files") {
  const Scratch scratch;
  const std::string head = "City,Distance,hidden,Average,hidden.1\n";
  const auto york = scratch
                        .write("YorkPing.csv", head +
                                                   "\"New York United States, North America\",5km,5,70.5ms,70.5,x\n"
                                                   "\"Nowhere Land, Europe\",5km,5,1ms,1,x\nnonsense\n")
                        .string();
  const auto other =
      scratch.write("New+YorkPing.csv", head + "\"York United Kingdom, Europe\",5km,5,71ms,71,x\n").string();
  const auto slices = read_city_pings({york, other});
  REQUIRE(slices);
  CHECK((*slices)[0][0][1] == Approx(70.5));
  CHECK((*slices)[0][1][0] == Approx(71));
  CHECK((*slices)[0][0][0] == 0);
}

TEST_CASE("policies are compared on a file, as table and as JSON", "[long]") {
  const Scratch scratch;
  std::string matrix;
  for (int from = 0; from < 30; ++from) {
    for (int to = 0; to < 30; ++to) matrix += std::to_string(5 + std::abs(from - to) * 7) + ' ';
    matrix += '\n';
  }
  CommandLine line;
  line.steer = true;
  line.format = "rtt-matrix";
  line.files = {scratch.write("m", matrix).string()};
  const auto results = replay_steering(line);
  REQUIRE(results);
  CHECK(results->policies.size() == 8);
  for (const auto& each : results->policies) CHECK(each.mean.mean >= 1);
  CHECK_THAT(to_table(*results), Contains("harbinger_probes"));
  CHECK_THAT(to_json(*results), Contains("\"peak_ewma_p2c\""));
  line.files = {scratch.write("one", "0\n").string()};
  CHECK_THAT(replay_steering(line).error().message, Contains("too few nodes"));
}
