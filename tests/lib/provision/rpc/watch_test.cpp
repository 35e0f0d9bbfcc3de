// Who watches instances: the beginning, changes, slow readers, and the end.
#include <catch2/catch.hpp>

#include "tests/lib/provision/rpc/served.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;

TEST_CASE("a watcher is told all that there is, that this is all, and each change from then on") {
  const Served served;
  served.engine->set_pool("web", 1, 0);
  served.engine->change("a", "web", Step::ready);
  const auto watch = Caller(served.address()).watch();
  const auto beginning = watch->next();
  REQUIRE(beginning);
  REQUIRE(beginning->instances.size() == 1);
  CHECK(beginning->complete);
  served.engine->change("a", "web", Step::draining);
  const auto news = watch->next();
  REQUIRE(news);
  REQUIRE(news->instances.size() == 1);
  CHECK(news->instances[0].step == "DRAINING");
  CHECK_FALSE(news->complete);
}

TEST_CASE("a watcher of nothing is told that this is all") {
  const Served served;
  const auto watch = Caller(served.address()).watch();
  const auto beginning = watch->next();
  REQUIRE(beginning);
  CHECK(beginning->complete);
  CHECK(beginning->instances.empty());
}

TEST_CASE("a watcher of one pool hears of that pool only, and of none that does not exist") {
  const Served served;
  served.engine->set_pool("web", 1, 0);
  const Caller caller(served.address());
  const auto watch = caller.watch("web");
  REQUIRE(watch->next());
  served.engine->change("a", "encode", Step::ready);
  served.engine->change("b", "web", Step::ready);
  CHECK(watch->next()->instances.at(0).id == "b");
  const auto wrong = caller.watch("nowhere");
  CHECK_FALSE(wrong->next());
  CHECK(wrong->end().code == "NOT_FOUND");
}

TEST_CASE("a beginning of many instances comes in several messages, the last of which says so") {
  const Served served;
  served.engine->set_pool("web", 1, 0);
  for (int i = 0; i < 250; ++i) served.engine->change("i-" + std::to_string(i), "web", Step::ready);
  const auto watch = Caller(served.address()).watch();
  std::size_t told = 0, messages = 0;
  for (bool complete = false; !complete; ++messages) {
    const auto news = watch->next();
    REQUIRE(news);
    CHECK(news->instances.size() <= 100);
    told += news->instances.size();
    complete = news->complete;
  }
  CHECK(told == 250);
  CHECK(messages == 3);
}

TEST_CASE("a watcher that does not read misses what is old news, and is cut off when too many instances wait") {
  ServerSettings settings;
  settings.most_waiting = 50;
  const Served served(settings);
  served.engine->set_pool("web", 1, 0);
  const auto watch = Caller(served.address()).watch();
  REQUIRE(watch->next());
  // The same few instances over and over: the latest of each waits, whatever the stream holds.
  for (int i = 0; i < 20'000; ++i) served.engine->change("i-" + std::to_string(i % 40), "web", Step::ready);
  CHECK(served.metric("harbinger_provisioning_watchers_cut_total") == 0);
  const std::string id(2000, 'i');
  CHECK(wait_until([&, i = 0]() mutable {
    for (int k = 0; k < 200; ++k) served.engine->change(id + std::to_string(i++), "web", Step::ready);
    return served.metric("harbinger_provisioning_watchers_cut_total") == 1;
  }));
  CHECK(wait_until([&] { return served.engine->listeners() == 0; }));
}

TEST_CASE("a watcher that goes is forgotten, and one more than may be is refused") {
  ServerSettings settings;
  settings.most_streams = 1;
  const Served served(settings);
  const Caller caller(served.address());
  auto watch = caller.watch();
  REQUIRE(watch->next());
  const auto second = caller.watch();
  CHECK_FALSE(second->next());
  CHECK(second->end().code == "RESOURCE_EXHAUSTED");
  watch.reset();
  CHECK(wait_until([&] { return served.engine->listeners() == 0; }));
  CHECK(wait_until([&] { return caller.watch()->next().has_value(); }));
}

TEST_CASE("a server that stops says so to all who watch, and lets go of the engine") {
  Served served;
  served.engine->set_pool("web", 1, 0);
  const Caller caller(served.address());
  const auto watch = caller.watch();
  const auto active = caller.watch_active({{"pool", "web"}});
  REQUIRE(watch->next());
  REQUIRE(active->next());
  served.server->stop();
  CHECK_FALSE(watch->next());
  CHECK(watch->end().code == "UNAVAILABLE");
  CHECK_FALSE(active->next());
  CHECK(active->end().code == "UNAVAILABLE");
  served.server.reset();
  CHECK(wait_until([&] { return served.engine.use_count() == 1; }));
}
