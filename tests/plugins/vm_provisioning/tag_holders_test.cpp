#include "plugins/vm_provisioning/tag_holders.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using harbinger::vm_provisioning::TagHolders;

TEST_CASE("a tag is void when its last client has become another, and valid when somebody is such a client again") {
  TagHolders holders;
  CHECK_FALSE(holders.seen(1, 100));
  CHECK_FALSE(holders.seen(2, 100));
  CHECK_FALSE(holders.seen(1, 200));  // the other one is left
  CHECK_FALSE(holders.seen(1, 200));
  const auto left = holders.seen(2, 300);
  REQUIRE(left);
  CHECK(left->tag == 100);
  CHECK(left->instead == 300);
  CHECK_FALSE(holders.is_void(100));  // workers do not know yet
  holders.publish();
  CHECK(holders.is_void(100));
  CHECK_FALSE(holders.is_void(200));
  holders.seen(3, 100);
  holders.publish();
  CHECK_FALSE(holders.is_void(100));
}

TEST_CASE(
    "however many clients come, only so many are remembered, and a tag is not void because somebody was forgotten") {
  TagHolders holders(100, 10);
  for (std::uint64_t client = 1; client <= 10'000; ++client) CHECK_FALSE(holders.seen(client, 5000 + client));
  CHECK(holders.clients() == 100);
  holders.publish();
  for (std::uint64_t client = 1; client <= 10'000; ++client) CHECK_FALSE(holders.is_void(5000 + client));
  // The oldest of those that are void are forgotten, too.
  for (std::uint64_t client = 9'951; client <= 10'000; ++client) CHECK(holders.seen(client, 1));
  holders.publish();
  int count = 0;
  for (std::uint64_t client = 1; client <= 10'000; ++client) count += holders.is_void(5000 + client);
  CHECK(count == 10);
}
