#include "persona/client_store.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include <tests/support/persona_fakes.h>
#include "persona/waves.h"

using namespace harbinger;
using namespace harbinger::persona;

TEST_CASE("a store finds every client that it has, however many came and went") {
  ClientStore store(500, 42);
  test::ScriptedRandom random;
  std::map<ClientKey, std::uint32_t> model;  // key and when it was seen
  for (std::uint32_t now = 1; now <= 20'000; ++now) {
    const ClientKey key = random.next() % 3000 + 1;
    auto slot = store.find(key);
    CHECK((slot != ClientStore::kNone) == model.contains(key));
    if (slot == ClientStore::kNone) {
      slot = store.add(key, now);
      std::erase_if(model, [&](const auto& each) { return store.find(each.first) == ClientStore::kNone; });
    }
    store.touch(slot, now);
    model[key] = now;
    if (store.at(slot).key != key) FAIL("another client's slot");
  }
  CHECK(store.size() == 500);
  CHECK(model.size() == 500);
}

TEST_CASE("the longest idle client makes room") {
  ClientStore store(50, 42);
  for (ClientKey key = 1; key <= 50; ++key) store.add(key, static_cast<std::uint32_t>(100 + key));
  store.touch(store.find(1), 500);
  store.add(51, 501);
  CHECK(store.find(1) != ClientStore::kNone);
  CHECK(store.find(2) == ClientStore::kNone);
  CHECK(store.find(3) != ClientStore::kNone);
  CHECK(store.evicted() == 1);
}

TEST_CASE("a new client in an old one's slot knows nothing of it") {
  ClientStore store(1, 42);
  auto& before = store.at(store.add(1, 1));
  before.token[0] = 1;
  before.profile.octets.fill(7);
  before.acts = 9;
  const auto& after = store.at(store.add(2, 2));
  CHECK(after.key == 2);
  CHECK(after.token == PersonaToken{});
  CHECK(after.acts == 0);
  CHECK(after.profile.octets == ClientProfile{}.octets);
}

TEST_CASE("a client takes at most 600 octets, all in, and memory grows with use") {
  ClientStore store(1'000'000, 42);
  CHECK(store.bytes() < 20'000);
  for (ClientKey key = 1; key <= 100'000; ++key) store.add(key, 1);
  CHECK(store.bytes() / 100'000 <= 600);
}

TEST_CASE("no wave has a client twice, and each client's acts stay in their order") {
  ClientStore store(1000, 42);
  ActBlock block(600);
  test::ScriptedRandom random;
  for (int i = 0; i < 600; ++i) {
    BehaviourEvent event;
    event.client = random.next() % 40 + 1;
    event.resource = "a";
    block.add(event);
  }
  Waves waves;
  waves.split(block, store, 1, SIZE_MAX);
  std::map<std::uint32_t, std::uint32_t> last;
  std::size_t acts = 0;
  for (std::size_t number = 0; number < waves.count(); ++number) {
    std::set<std::uint32_t> clients;
    for (const auto& place : waves.wave(number)) {
      CHECK(clients.insert(place.slot).second);
      CHECK(store.at(place.slot).key == block.acts[place.act].client);
      if (last.contains(place.slot)) CHECK(last[place.slot] < place.act);
      last[place.slot] = place.act;
      ++acts;
    }
  }
  CHECK(acts == 600);
  CHECK(waves.fresh().size() == 40);
}

TEST_CASE("acts of more clients at once than there is room for are shed, and none is taken for another client's") {
  ClientStore store(3, 42);
  ActBlock block(10);
  for (ClientKey key = 1; key <= 10; ++key) {
    BehaviourEvent event;
    event.client = key;
    event.resource = "a";
    block.add(event);
  }
  Waves waves;
  waves.split(block, store, 1, SIZE_MAX);
  REQUIRE(waves.count() == 1);
  CHECK(waves.wave(0).size() == 3);
  for (const auto& place : waves.wave(0)) CHECK(store.at(place.slot).key == block.acts[place.act].client);
  CHECK(std::ranges::count(block.shed, true) == 7);
}
