#include <atomic>
#include <thread>
#include <vector>

#include "tests/lib/orchestrate/deployments_house.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Condition = Made::Condition;

namespace {

// A Deployment of the operator's, with a scaler or without.
void put_shop(ClusterModel& cluster, int replicas) {
  cluster.put("deployments", nlohmann::json::parse(R"({"metadata": {"name": "shop"}, "spec": {"replicas": )" +
                                                   std::to_string(replicas) + R"(,
      "selector": {"matchLabels": {"app": "shop"}}, "template": {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [{"name": "c", "image": "shop:1"}]}}}})"));
}
void put_shop_scaler(ClusterModel& cluster) {
  cluster.put("horizontalpodautoscalers", nlohmann::json::parse(R"({"metadata": {"name": "shop-scaler"},
      "spec": {"minReplicas": 2, "maxReplicas": 6, "scaleTargetRef": {"kind": "Deployment", "name": "shop"}}})"));
}
int bound(const ClusterModel& cluster, const char* name) {
  return cluster.object("horizontalpodautoscalers", "shop-scaler").at("spec").at(name);
}

}  // namespace

TEST_CASE("bounds of the operator's scaler are raised by what orders need together, and restored", "[targets]") {
  DeploymentsHouse house;
  put_shop(house.cluster, 2);
  put_shop_scaler(house.cluster);
  const TargetOptions adjust{{"adjust", "shop"}};
  REQUIRE(order(*house.target, "a1", web(2), adjust)->condition == Condition::ready);
  CHECK(bound(house.cluster, "minReplicas") == 4);
  CHECK(bound(house.cluster, "maxReplicas") == 6);
  REQUIRE(order(*house.target, "a1", web(2), adjust));
  CHECK(bound(house.cluster, "minReplicas") == 4);
  REQUIRE(order(*house.target, "b1", web(1), adjust));
  CHECK(bound(house.cluster, "minReplicas") == 5);
  CHECK(house.look("b1").condition == Condition::ready);
  CHECK(house.cluster.pods() == 5);
  CHECK(house.list().size() == 2);
  const auto much = order(*house.target, "c1", web(2), adjust);
  REQUIRE_FALSE(much);
  CHECK(much.error().code == ErrorCode::too_large);
  REQUIRE(change(*house.target, "b1", web(2), {{"adjust", "shop"}, {"max", "8"}}));
  CHECK(bound(house.cluster, "minReplicas") == 6);
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(bound(house.cluster, "minReplicas") == 4);
  REQUIRE(house.target->remove("b1", in_time()));
  CHECK(bound(house.cluster, "minReplicas") == 2);
  CHECK(bound(house.cluster, "maxReplicas") == 6);
  const auto metadata = house.cluster.object("horizontalpodautoscalers", "shop-scaler").at("metadata");
  CHECK(metadata.value("annotations", nlohmann::json::object()).empty());
  CHECK(metadata.value("labels", nlohmann::json::object()).empty());
  CHECK(house.list().empty());
}

TEST_CASE("what the operator sets while orders have raised the bounds is what is restored", "[targets]") {
  DeploymentsHouse house;
  put_shop(house.cluster, 2);
  put_shop_scaler(house.cluster);
  REQUIRE(order(*house.target, "a1", web(2), {{"adjust", "shop"}}));
  house.cluster.change("horizontalpodautoscalers", "shop-scaler", {{"spec", {{"minReplicas", 3}, {"maxReplicas", 9}}}});
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(bound(house.cluster, "minReplicas") == 3);
  CHECK(bound(house.cluster, "maxReplicas") == 9);
}

TEST_CASE("a Deployment without a scaler has its replicas raised, and a write of somebody else's is not lost",
          "[targets]") {
  DeploymentsHouse house;
  put_shop(house.cluster, 2);
  house.cluster.faults.add(
      {.method = "PATCH", .path = "deployments/shop", .status = 409, .body = "modified", .times = 2});
  REQUIRE(order(*house.target, "a1", web(3), {{"adjust", "shop"}}));
  CHECK(house.look("a1").condition == Condition::ready);
  CHECK(house.cluster.object("deployments", "shop").at("spec").at("replicas") == 5);
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(house.cluster.object("deployments", "shop").at("spec").at("replicas") == 2);
  CHECK(order(*house.target, "a2", web(1), {{"adjust", "nowhere"}}).error().code == ErrorCode::denied);
}

TEST_CASE("many orders that raise the same bounds at the same time lose none of them", "[targets]") {
  DeploymentsHouse house;
  put_shop(house.cluster, 1);
  std::vector<std::jthread> threads;
  std::atomic<int> made{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      if (order(*house.target, "a" + std::to_string(i), web(1), {{"adjust", "shop"}})) ++made;
    });
  threads.clear();
  CHECK(house.cluster.object("deployments", "shop").at("spec").at("replicas") == 1 + made);
  CHECK(house.list().size() == static_cast<std::size_t>(made));
  CHECK(made == 4);
}
