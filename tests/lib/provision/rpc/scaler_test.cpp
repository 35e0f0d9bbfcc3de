// KEDA's questions.
#include <catch2/catch.hpp>

#include "tests/lib/provision/rpc/served.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;

namespace {

const Trigger kWeb{{"scalerAddress", "dns.example:7533"}, {"pool", "web"}};

}  // namespace

TEST_CASE("a scaler is told what is used and what should be ready beside it, one for each replica") {
  const Served served;
  served.engine->set_pool("web", 3, 4);
  const Caller caller(served.address());
  const auto spec = caller.metric_spec(kWeb);
  CHECK(spec.metric == "harbinger-web");
  CHECK(spec.value == 1);
  CHECK(spec.value_float == 1);
  for (const auto* name : {"", "harbinger-web"}) {
    const auto metrics = caller.metrics(kWeb, name);
    CHECK(metrics.code == "OK");
    CHECK(metrics.metric == "harbinger-web");
    CHECK(metrics.value == 7);
    CHECK(metrics.value_float == 7);
  }
  CHECK(caller.metrics(kWeb, "harbinger-other").code == "NOT_FOUND");
}

TEST_CASE("a pool is active while there should be any instance of it") {
  const Served served;
  const Caller caller(served.address());
  for (const auto& [target, assigned] : {std::pair(0U, 0U), std::pair(1U, 0U), std::pair(0U, 1U)}) {
    served.engine->set_pool("web", target, assigned);
    CHECK(caller.is_active(kWeb).active == (target + assigned > 0));
  }
}

TEST_CASE("a scaler that waits is told whether the pool is active, and each time that this changes") {
  const Served served;
  served.engine->set_pool("web", 0, 0);
  const auto stream = Caller(served.address()).watch_active(kWeb);
  CHECK_FALSE(stream->next()->active);
  served.engine->set_pool("web", 2, 0);
  CHECK(stream->next()->active);
  served.engine->set_pool("web", 0, 0);
  CHECK_FALSE(stream->next()->active);
  served.engine->remove_pools();
  CHECK_FALSE(stream->next());
  CHECK(stream->end().code == "NOT_FOUND");
}

TEST_CASE("a trigger without a pool, or with one that does not exist, is told what would be right") {
  const Served served;
  served.engine->set_pool("web", 1, 0);
  const Caller caller(served.address());
  const auto none = caller.is_active({});
  CHECK(none.code == "INVALID_ARGUMENT");
  CHECK(none.message == "the trigger's metadata name no pool: `pool: NAME`");
  const auto wrong = caller.metrics({{"pool", "wbe"}});
  CHECK(wrong.code == "NOT_FOUND");
  CHECK(wrong.message == "no such pool; there are: web");
  CHECK(caller.metric_spec({{"pool", "wbe"}}).code == "NOT_FOUND");
  const auto stream = caller.watch_active({{"pool", "wbe"}});
  CHECK_FALSE(stream->next());
  CHECK(stream->end().code == "NOT_FOUND");
}
