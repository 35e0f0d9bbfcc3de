#include "persona/act_queue.h"

#include <catch2/catch.hpp>

#include <tests/support/persona_bench.h>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

std::vector<BehaviourEvent> some(std::size_t count, ClientKey client = 1) {
  std::vector<BehaviourEvent> acts(count);
  for (std::size_t i = 0; i < count; ++i) {
    acts[i].client = client;
    acts[i].at = static_cast<UnixMillis>(i);
    acts[i].resource = "example.org";
  }
  return acts;
}

}  // namespace

TEST_CASE("acts come out of the queue in blocks, in their order, with their text") {
  ActQueue queue(100, 4);
  {
    std::string text = "first.example";
    BehaviourEvent act;
    act.client = 1;
    act.resource = text;
    queue.put(std::span(&act, 1), 0, {});
    text.assign(text.size(), 'x');
  }
  queue.put(some(6), 0, {});
  auto block = queue.take();
  REQUIRE(block->acts.size() == 4);
  CHECK(block->acts[0].resource == "first.example");
  CHECK(block->acts[3].at == 2);
  queue.settle(std::move(block));
  block = queue.take();
  CHECK(block->acts.size() == 3);
  queue.settle(std::move(block));
  CHECK(queue.take() == nullptr);
}

TEST_CASE("a full queue sheds the oldest acts, and each receipt says what became of its own") {
  ActQueue queue(8, 4);
  std::vector<ActQueue::Receipt> receipts;
  const auto note = [&](const Result<ActQueue::Receipt>& receipt) { receipts.push_back(*receipt); };
  queue.put(some(6), 2, note);
  auto block = queue.take();  // four of the first six are being dealt with
  queue.put(some(7), 0, note);
  CHECK(queue.shed() == 4);  // a block goes as a whole: two of the first report's, two of the second's
  CHECK(queue.waiting() == 5);
  block->shed[1] = true;
  queue.settle(std::move(block));
  while (auto next = queue.take()) queue.settle(std::move(next));

  std::vector<ActQueue::Finished> finished;
  queue.take_finished(finished);
  for (const auto& each : finished) each.done(each.receipt);
  REQUIRE(receipts.size() == 2);
  CHECK(receipts[0].taken == 3);
  CHECK(receipts[0].shed == 3);
  CHECK(receipts[0].rejected == 2);
  CHECK(receipts[1].taken == 5);
  CHECK(receipts[1].shed == 2);
  CHECK(queue.shed() == 5);
  CHECK(queue.settled_up_to() == queue.put_so_far());
}

TEST_CASE("receipts that nobody collects do not fill the memory") {
  ActQueue queue(8, 4);
  bool kept = true;
  for (int i = 0; i < 100 && kept; ++i) kept = queue.put({}, 1, {});
  CHECK_FALSE(kept);
}

TEST_CASE("long texts make smaller blocks, and nothing is lost") {
  ActQueue queue(10'000, 1024);
  const std::string text(BehaviourEvent::kMostText, 'x');
  auto acts = some(1000);
  for (auto& act : acts) act.resource = text;
  queue.put(acts, 0, {});
  std::size_t count = 0;
  while (auto block = queue.take()) {
    CHECK(block->text_size <= ActBlock::kText);
    for (const auto& act : block->acts) count += act.resource == text;
    queue.settle(std::move(block));
  }
  CHECK(count == 1000);
}

TEST_CASE("who floods the engine does not keep it from others") {
  test::EngineBench bench;
  bench.settings.queue = 4096;
  bench.start();
  // While the engine is held up by somebody's callback, one client sends as much as the queue holds, and others a little.
  std::promise<void> held, go_on;
  bench.engine->explain(1, [&](const auto&) {
    held.set_value();
    go_on.get_future().wait();
  });
  held.get_future().wait();
  std::vector<BehaviourEvent> flood;
  for (int i = 0; i < 4000; ++i)
    flood.push_back(i % 100 == 0 ? bench.act(static_cast<ClientKey>(100 + i / 100), "game.example")
                                 : bench.act(1, "video.example"));
  PersonaEngine::Receipt receipt;
  bench.engine->report(flood, [&](const Result<PersonaEngine::Receipt>& got) { receipt = *got; });
  go_on.set_value();
  bench.engine->catch_up();
  CHECK(receipt.taken + receipt.shed == 4000);
  CHECK(receipt.shed > 1000);
  CHECK(bench.engine->state().clients == 41);
  CHECK(bench.engine->state().events == receipt.taken);
  CHECK(bench.engine->state().shed == receipt.shed);
}
