// The small parts of an engine: what is worth having, what may be spent, who is looked at when, and what the disk keeps.
#include <catch2/catch.hpp>

#include <iostream>

#include "orchestrate/act_queue.h"
#include "orchestrate/orchestration_journal.h"
#include "orchestrate/reasons.h"
#include "orchestrate/spending.h"
#include "orchestrate/user_book.h"
#include "tests/lib/mirror/small_disk.h"
#include "tests/lib/orchestrate/orchestration_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("something is worth having ready when its absence would cost more") {
  const KindSettings kind{.kind = "machine", .target = "estate", .cold_cost = 1, .idle_cost = 6};
  const auto worth = [&](float probability, std::uint32_t count, SystemLoad load = {}) {
    return worth_of({.need = machine("a", count), .probability = probability, .usually_in = 3min}, kind, 1min, 10min,
                    load);
  };
  // Idle for two minutes if it is asked for: 0.2; for ten if it is not: 1. Without: 1.
  const auto one = worth(0.6F, 1);
  CHECK(one.idle == Approx(0.6 * 0.2 + 0.4 * 1));
  CHECK(one.waiting == Approx(0.6));
  CHECK(one.break_even == Approx(1 / 1.8));
  CHECK(one.pays);
  CHECK_FALSE(worth(0.5F, 1).pays);
  CHECK(worth(0.5F, 1).stays);
  CHECK_FALSE(worth(0.27F, 1).stays);
  CHECK_FALSE(worth(0.6F, 2).pays);
  CHECK_FALSE(worth(0.6F, 1, {.cpu = 0.5F}).pays);
  CHECK(scarcity({}) == 1);
  CHECK(scarcity({.cpu = 0.1F, .memory = 0.5F}) == Approx(2));
  CHECK(scarcity({.cpu = 1, .memory = 1}) == Approx(20));
}

TEST_CASE("texts for people have as many digits as they need") {
  CHECK(decimal(0.8) == "0.80");
  CHECK(decimal(0.0004) == "0.0004");
  CHECK(decimal(0) == "0.00");
  CHECK(spoken(Duration(20s)) == "20 s");
  CHECK(spoken(Duration(5min)) == "5 min");
  CHECK(spoken(Duration(3h)) == "3.0 h");
  CHECK(user_text(0x3f) == "u000000000000003f");
}

TEST_CASE("acts wait in order, with what they say, and those that do not fit are shed") {
  ActQueue queue(3);
  const auto need = machine("large", 2);
  {
    const std::string verb = "create", scope(300, 'x');
    const Activity acts[] = {
        {.actor = 1, .verb = verb, .kind = "servers", .source = "test", .scope = scope, .asks = &need},
        {.actor = 2, .verb = "", .kind = "k", .source = "s", .scope = ""}};
    CHECK(queue.push(acts) == 2);
    CHECK(queue.push(acts) == 1);
  }
  CHECK(queue.shed() == 1);
  const auto batch = queue.take();
  REQUIRE(batch.size() == 3);
  CHECK(batch[0].verb == "create");
  CHECK(batch[0].kind == "servers");
  CHECK(batch[0].source == "test");
  CHECK(batch[0].scope == std::string(Activity::kMostText, 'x'));
  REQUIRE(batch[0].asks);
  CHECK(*batch[0].asks == need);
  CHECK(batch[1].verb.empty());
  CHECK(batch[1].kind == "k");
  CHECK_FALSE(batch[1].asks);
  CHECK(batch[2].actor == 1);
  CHECK(queue.take().empty());
  CHECK(queue.push(std::vector<Activity>(2)) == 2);
}

TEST_CASE("who acts is looked at at once, and who does not ever more seldom") {
  UserBook book(2);
  std::size_t idle = 3;
  MonotonicTime now{1'000'000'000};
  book.heard(1, 5);
  book.heard(2, 6);
  CHECK(book.take_due(10, idle, now) == std::vector<std::pair<ActorKey, bool>>{{1, true}, {2, true}});
  CHECK(book.take_due(10, idle, now + 1h).empty());
  book.look_again(1, false, 5s, now);
  book.look_again(2, true, 1s, now);
  CHECK(book.take_due(10, idle, now + 1s) == std::vector<std::pair<ActorKey, bool>>{{2, false}});
  CHECK(book.take_due(10, idle, now + 5s) == std::vector<std::pair<ActorKey, bool>>{{1, false}});
  book.look_again(1, false, 5s, now + 5s);
  CHECK(book.take_due(10, idle, now + 14s).empty());
  CHECK(book.take_due(10, idle, now + 15s).size() == 1);
  SECTION("and waits where too many are looked at who do nothing, unlike those who act") {
    book.look_again(2, true, 1s, now);
    REQUIRE(idle == 0);
    CHECK(book.take_due(10, idle, now + 1h).empty());
    book.heard(2, 9);
    CHECK(book.take_due(10, idle, now + 1h).size() == 1);
  }
  SECTION("and the one who was not heard of for longest makes room") {
    book.heard(1, 7);
    book.heard(3, 8);
    CHECK(book.size() == 2);
    CHECK_FALSE(book.find(2));
    CHECK(book.find(1)->acts == 2);
    CHECK(book.find(1)->last_act == 7);
  }
}

TEST_CASE("the journal of an orchestration has after a restart what was written and has not ended") {
  using Entry = OrchestrationJournal::Entry;
  const Scratch scratch;
  const auto path = scratch / "deep/orders.journal";
  const Secret secret{4, 2};
  const Entry a{.id = "a",
                .target = "estate",
                .need = {.kind = "machine",
                         .machine = "m1",
                         .image = "i",
                         .security = "s",
                         .count = 3,
                         .storage_gb = 5,
                         .bandwidth_mbps = 7},
                .user = 0xffff'ffff'ffff'fff7,
                .asked = true,
                .approved = true,
                .action = 12,
                .ordered = 1'700'000'000'123};
  Entry b{.id = "b", .target = "estate", .claimed = true, .removing = true};
  {
    const auto journal = OrchestrationJournal::open(path, secret).value();
    REQUIRE(journal->write(std::vector{a, b, Entry{.id = "c"}}));
    REQUIRE(journal->write(std::vector{Entry{.id = "c", .ended = true}}));
    REQUIRE(journal->spend_numbers(1024));
    REQUIRE(journal->halt(true));
    REQUIRE(journal->check(100));
    CHECK(OrchestrationJournal::open(path, secret).error().code == ErrorCode::conflict);
  }
  {
    const auto journal = OrchestrationJournal::open(path, secret).value();
    REQUIRE(journal->entries().size() == 2);
    CHECK(journal->entries().at("a") == a);
    CHECK(journal->entries().at("b") == b);
    CHECK(journal->halted());
    CHECK(journal->numbers_spent() == 1024);
  }
  CHECK(OrchestrationJournal::open(path, Secret{1}).error().code == ErrorCode::denied);
  const auto record = write_record(a);
  for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(read_record(std::span(record).first(size)));
}

namespace {

// On a disk that is full, and has room again.
bool goes_through_a_full_disk(OrchestrationHouse& house) {
  const auto state = house.scratch / "state";
  bool well = true;
  const auto must = [&](bool holds, const char* what) {
    if (!holds) std::cerr << "not so: " << what << '\n';
    well = well && holds;
  };
  house.start();
  house.foresee(7, {likely(machine("large"), 0.8F)});
  house.go(3s);
  must(house.spares() == 1, "one is made while there is room");
  fill_disk(state);
  for (ActorKey user = 100; user < 300; ++user) house.foresee(user, {likely(machine("large"), 0.8F)});
  house.go(5s);
  must(house.engine->state().troubles.contains("journal"), "the trouble is told");
  const unsigned made = house.estate->made;
  must(made < 200, "not all that was foreseen is made");
  house.foresee(400, {likely(machine("small"), 0.8F)});
  house.go(5s);
  must(house.estate->made == made, "nothing new is made while the disk is full");
  must(!house.engine->claim(400, machine("small")), "nothing is given while the disk is full");
  must(house.estate->size() >= 1, "what is there stays");
  for (ActorKey user = 100; user < 300; ++user) house.word->say(user, {});
  make_room(state);
  house.go(60s);
  must(!house.engine->state().troubles.contains("journal"), "the trouble is over");
  must(house.estate->made > made, "it goes on");
  const auto before = house.estate->there();
  house.start();
  house.go(3s);
  must(house.estate->there() == before && house.engine->resources().size() == before.size(), "all is found again");
  return well;
}

}  // namespace

TEST_CASE("while the disk is full nothing new is ordered or given, and it goes on once there is room") {
  OrchestrationHouse house;
  house.settings.budgets.resources = 1000;
  const auto went = on_small_disk(house.scratch / "state", "64k", [&] { return goes_through_a_full_disk(house); });
  if (went == OnDisk::no_disk) WARN("a disk of one's own needs root");
  CHECK(went != OnDisk::badly);
}
