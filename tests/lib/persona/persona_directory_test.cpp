#include <catch2/catch.hpp>

#include <harbinger/persona_directory.h>

#include "tests/support/fake_persona_engine.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("personas have their names while they are published, and their numbers otherwise") {
  PersonaDirectory directory;
  CHECK(directory.name(0).view() == "default");
  CHECK(directory.name(7).view() == "persona-7");
  CHECK(directory.profile(7) == nullptr);
  auto crawler = named_persona(7, "crawler");
  crawler.prefetch = false;
  directory.publish({crawler, named_persona(255, "a-name-of-thirty-one-characters")});
  CHECK(directory.name(7).view() == "crawler");
  CHECK(directory.name(255).view() == "a-name-of-thirty-one-characters");
  REQUIRE(directory.profile(7));
  CHECK_FALSE(directory.profile(7)->prefetch);
  directory.publish({});
  CHECK(directory.name(7).view() == "persona-7");
  CHECK(directory.profile(7) == nullptr);
}

TEST_CASE("who goes by names is told when one came, changed or went, and not when all stay") {
  PersonaDirectory directory;
  int told = 0;
  auto handle = directory.hear_renamed([&] { ++told; });
  directory.publish({named_persona(7, "crawler")});
  CHECK(told == 1);
  auto same_name = named_persona(7, "crawler");
  same_name.prefetch = false;
  directory.publish({same_name});
  CHECK(told == 1);
  directory.publish({named_persona(7, "spider")});
  directory.publish({});
  CHECK(told == 3);
  handle.reset();
  directory.publish({named_persona(7, "crawler")});
  CHECK(told == 3);
}

TEST_CASE("what an engine expects is told to who wants to hear it, and no longer") {
  PersonaDirectory directory;
  int heard = 0;
  auto handle = directory.hear_expected([&](const PersonaUpdate::Successors& each) { heard += each.persona; });
  directory.expected({.context = "a.example", .persona = 2, .next = {{"b.example", 0.5f}}});
  CHECK(heard == 2);
  handle.reset();
  directory.expected({.context = "a.example", .persona = 2, .next = {}});
  CHECK(heard == 2);
}
