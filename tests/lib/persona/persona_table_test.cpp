#include <catch2/catch.hpp>

#include <thread>

#include "persona/persona_table.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000, kMinute = 60'000;

PersonaAssignment assignment(ClientKey client, PersonaId persona, UnixMillis expires) {
  PersonaAssignment made{client, persona, {}, expires, 0.5f};
  made.token.fill(persona);
  return made;
}

}  // namespace

TEST_CASE("a client that nobody knows is asked for once, not with every query") {
  PersonaTable table(64);
  CHECK(table.look(7, kNow).ask);
  CHECK_FALSE(table.look(7, kNow).ask);
  CHECK_FALSE(table.look(7, kNow + PersonaTable::kAskAgainMs - 1000).ask);
  CHECK(table.look(7, kNow + PersonaTable::kAskAgainMs + 1000).ask);
  CHECK_FALSE(table.of(7).has_value());
}

TEST_CASE("an assignment holds until it expires, and is asked for anew shortly before") {
  PersonaTable table(64);
  REQUIRE(table.assign(assignment(7, 3, kNow + 5 * kMinute), PersonaTable::Place::make));
  auto look = table.look(7, kNow);
  CHECK(look.persona == 3);
  CHECK(look.known);
  CHECK_FALSE(look.ask);
  look = table.look(7, kNow + 5 * kMinute - PersonaTable::kRenewMs + 1);
  CHECK(look.persona == 3);
  CHECK(look.ask);
  look = table.look(7, kNow + 5 * kMinute);
  CHECK(look.persona == 0);
  CHECK_FALSE(look.known);
  REQUIRE(table.of(7));
  CHECK(table.of(7)->persona == 3);
  CHECK(table.of(7)->confidence == 0.5f);
}

TEST_CASE("what is taken back is gone at once and asked for with the next query") {
  PersonaTable table(64);
  table.assign(assignment(7, 3, kNow + 5 * kMinute), PersonaTable::Place::make);
  table.look(7, kNow);
  REQUIRE(table.assign({.client = 7}, PersonaTable::Place::only_known));
  const auto look = table.look(7, kNow);
  CHECK(look.persona == 0);
  CHECK(look.ask);
  CHECK_FALSE(table.assign(assignment(8, 3, kNow + kMinute), PersonaTable::Place::only_known));
}

TEST_CASE("strangers do not drive out those who are known; the newly assigned drive out who expires first") {
  PersonaTable table(2);  // two lines, which all clients share
  table.assign(assignment(2, 1, kNow + 2 * kMinute), PersonaTable::Place::make);
  table.assign(assignment(4, 2, kNow + 4 * kMinute), PersonaTable::Place::make);
  for (ClientKey stranger = 10; stranger < 1000; ++stranger) CHECK(table.look(stranger, kNow).ask);
  CHECK(table.look(2, kNow).persona == 1);
  CHECK(table.look(4, kNow).persona == 2);
  table.assign(assignment(6, 3, kNow + 3 * kMinute), PersonaTable::Place::make);
  CHECK(table.look(6, kNow).persona == 3);
  CHECK(table.look(4, kNow).persona == 2);
  CHECK_FALSE(table.look(2, kNow).known);
  CHECK(table.count(kNow) == 2);
}

TEST_CASE("nobody in particular is of the default persona and is never asked for") {
  PersonaTable table(64);
  CHECK_FALSE(table.look(0, kNow).ask);
  CHECK_FALSE(table.assign(assignment(0, 3, kNow + kMinute), PersonaTable::Place::make));
  CHECK(table.look(0, kNow).persona == 0);
}

TEST_CASE("a clock that is set back does not silence a client") {
  PersonaTable table(64);
  CHECK(table.look(7, kNow).ask);
  CHECK(table.look(7, kNow - 3'600'000).ask);
}

TEST_CASE("readers never see one client's token under another's key, however many write") {
  PersonaTable table(2);
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  const auto write = [&](ClientKey first) {
    for (int i = 0; i < 20'000; ++i) {
      const auto client = first + static_cast<ClientKey>(i % 3);
      table.assign(assignment(client, static_cast<PersonaId>(client), kNow + kMinute + i), PersonaTable::Place::make);
      table.look(client + 100, kNow + (i % 2) * 10 * kMinute);
    }
  };
  std::thread reader([&] {
    while (!over)
      for (ClientKey client = 1; client < 7; ++client)
        if (const auto found = table.of(client); found && (found->token[0] != client || found->token[15] != client))
          ++wrong;
  });
  std::thread one(write, 1), two(write, 4);
  one.join();
  two.join();
  over = true;
  reader.join();
  CHECK(wrong == 0);
}
