// Who is believed to want what.
#include <catch2/catch.hpp>

#include <set>

#include "provision/evidence.h"
#include "provision/start_circuit.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;
using Verdict = Evidence::Verdict;

namespace {

struct Court {
  MonotonicTime now{1'000'000'000};
  Evidence evidence;
  explicit Court(Evidence::Settings settings = {}) : evidence(settings) {}
  Verdict hear(std::uint64_t tag, std::uint64_t client, bool proved = false, std::uint16_t pool = 0) {
    return evidence.heard({{tag, pool}, client * 0x9e3779b97f4a7c15ULL, proved}, now);
  }
};

}  // namespace

TEST_CASE("one client that proved nothing is not enough, however often it asks") {
  Court court;
  for (int i = 0; i < 1000; ++i) CHECK(court.hear(7, 1) == Verdict::too_few);
}

TEST_CASE("several different clients are enough, for the tag and pool that they want") {
  Court court;
  CHECK(court.hear(7, 1) == Verdict::too_few);
  CHECK(court.hear(7, 2) == Verdict::too_few);
  CHECK(court.hear(7, 2) == Verdict::too_few);
  CHECK(court.hear(7, 3) == Verdict::enough);
  CHECK(court.hear(7, 9) == Verdict::enough);
  CHECK(court.hear(8, 3) == Verdict::too_few);
  CHECK(court.hear(7, 3, false, 1) == Verdict::too_few);
}

TEST_CASE("a client that proved its address is enough, for as many tags as it may have") {
  Court court;
  for (std::uint64_t tag = 1; tag <= 8; ++tag) CHECK(court.hear(tag, 1, true) == Verdict::enough);
  CHECK(court.hear(9, 1, true) == Verdict::client_spent);
  CHECK(court.hear(1, 1, true) == Verdict::enough);
  court.now = court.now + 61min;
  CHECK(court.hear(9, 1, true) == Verdict::enough);
}

TEST_CASE("where all must prove their address, nobody else is heard") {
  Court court({.clients_without_proof = 0});
  for (std::uint64_t client = 1; client < 50; ++client) CHECK(court.hear(7, client) == Verdict::too_few);
  CHECK(court.hear(7, 1, true) == Verdict::enough);
}

TEST_CASE("what was enough is not for ever") {
  Court court;
  court.hear(7, 1, true);
  court.now = court.now + 61min;
  CHECK(court.hear(7, 2) == Verdict::too_few);
}

TEST_CASE("a scanner that asks for a million tags is believed for none, and takes no more memory than before") {
  Court court;
  const auto before = court.evidence.octets();
  std::set<std::uint64_t> believed;
  // From two addresses of its own, of which it proved none.
  for (std::uint64_t tag = 1; tag <= 1'000'000; ++tag)
    if (court.hear(tag * 0x9e3779b97f4a7c15ULL, 1 + tag % 2) == Verdict::enough) believed.insert(tag);
  CHECK(believed.empty());
  CHECK(court.evidence.octets() == before);
  CHECK(before < 64U << 20);
  // Nor is who proved its address pushed out by all that.
  for (std::uint64_t tag = 1; tag <= 8; ++tag) court.hear(tag, 77, true);
  for (std::uint64_t client = 100; client < 300'000; ++client) court.hear(5'000'000 + client, client);
  CHECK(court.hear(99, 77, true) == Verdict::client_spent);
}

TEST_CASE("failures of what was ordered together count once, and a long life clears all") {
  StartCircuit circuit({});
  MonotonicTime now{1'000'000'000};
  const auto ordered = now;
  now = now + 1s;
  for (int i = 0; i < 10; ++i) circuit.failed(StartCircuit::Failure::start, ordered, "why", now);
  CHECK(circuit.failures() == 1);
  CHECK_FALSE(circuit.closed(0, now));
  CHECK(circuit.closed(0, now + 1s));
  CHECK_FALSE(circuit.closed(1, now + 1s));
  circuit.steady();
  CHECK(circuit.closed(5, now));
  CHECK(circuit.trouble().empty());
}
