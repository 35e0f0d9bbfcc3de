#include <harbinger/access.h>

#include <catch2/catch.hpp>

using namespace harbinger;

TEST_CASE("a resource has one hash, and no two of these share theirs") {
  CHECK(resource_hash("www.example.org") == resource_hash("www.example.org"));
  CHECK(resource_hash("www.example.org") != resource_hash("www.example.com"));
  CHECK(resource_hash("") != 0);
}
