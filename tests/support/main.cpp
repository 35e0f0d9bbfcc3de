// The one main of all test programs. Every test thread may read what RCU protects.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <harbinger/rcu.h>

int main(int argc, char** argv) {
  harbinger::rcu::Reader reader;
  return Catch::Session().run(argc, argv);
}
