#include "tests/lib/provision/api_conversation.h"
#include "tests/lib/provision/kubernetes_model.h"
#include "tests/lib/provision/remote_house.h"
#include "tests/support/process.h"

#include "provision/pod_watch.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Condition = Found::Condition;

namespace {

Template shop() { return {.name = "shop", .provider = "kubernetes", .image = "shop:1", .port = 80}; }

// A cluster, and a provider that watches it.
struct Watched {
  Watched() : provider(made(make_kubernetes_provider, {{"server", cluster.url()}})) {}
  Condition look(const std::string& id) const {
    const auto found = provider->look(id, in_time());
    if (!found) FAIL(found.error().message);
    return found->condition;
  }
  std::size_t listed() const { return provider->list(in_time())->size(); }
  // Whether lists come from memory. What is asked besides is told by the cluster's counter.
  bool remembers() const {
    const auto before = cluster.reads();
    (void)provider->list(in_time());
    return cluster.reads() == before;
  }

  KubernetesModel cluster;
  std::unique_ptr<Provider> provider;
};

}  // namespace

TEST_CASE("while a watch lives, Pods are looked at and listed without asking for them") {
  Watched house;
  REQUIRE(start(*house.provider, "a1", shop()));
  REQUIRE(wait_until([&] { return house.remembers(); }));
  const auto before = house.cluster.reads();
  for (int i = 0; i < 10; ++i) CHECK(house.look("a1") == Condition::running);
  CHECK(house.cluster.reads() == before);
  house.cluster.set_ready("site-a1", false);
  CHECK(wait_until([&] { return house.look("a1") == Condition::starting; }));
  CHECK(house.cluster.reads() == before);
  house.cluster.lose("site-a1");
  CHECK(wait_until([&] { return house.look("a1") == Condition::gone; }));
}

TEST_CASE("once a watch has broken, the server is asked; when it lives again, it is not") {
  Watched house;
  REQUIRE(start(*house.provider, "a1", shop()));
  REQUIRE(wait_until([&] { return house.remembers(); }));
  house.cluster.watches(false);
  REQUIRE(wait_until([&] { return !house.remembers(); }));
  for (int i = 0; i < 3; ++i) {
    house.cluster.set_ready("site-a1", false);
    CHECK(house.look("a1") == Condition::starting);
    house.cluster.set_ready("site-a1", true);
    CHECK(house.look("a1") == Condition::running);
  }
  house.cluster.watches(true);
  CHECK(wait_until([&] { return house.remembers(); }));
}

TEST_CASE("what was just made or ended is never told from memory as it was before") {
  Watched house;
  REQUIRE(wait_until([&] { return house.remembers(); }));
  house.cluster.delay(100ms);
  for (int i = 0; i < 5; ++i) {
    const auto id = "a" + std::to_string(i);
    REQUIRE(start(*house.provider, id, shop()));
    CHECK(house.listed() == 1);
    CHECK(house.look(id) == Condition::running);
    REQUIRE(house.provider->stop(id, in_time()));
    CHECK(house.look(id) == Condition::gone);
    CHECK(house.listed() == 0);
  }
  CHECK(wait_until([&] { return house.remembers(); }));
}

TEST_CASE("a watch goes on from the last version; when the server has forgotten it, all is listed anew") {
  ApiConversation server("kubernetes_watch.json");
  const auto api = KubernetesApi::make({.server = RestUrl::parse(server.url()).value(),
                                        .ca = {},
                                        .token = {},
                                        .name_space = "web",
                                        .installation = "site"},
                                       system_clock());
  REQUIRE(api);
  PodWatch watch(**api);
  CHECK(wait_until([&] { return watch.alive() && watch.find("a5"); }));
  CHECK(watch.find("a1")->found.condition == Condition::running);
  CHECK_FALSE(watch.find("a2"));
  CHECK(watch.all()->size() == 2);
  CHECK(server.trouble() == "");
}
