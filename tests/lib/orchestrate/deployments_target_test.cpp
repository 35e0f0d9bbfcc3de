#include "tests/lib/orchestrate/deployments_house.h"
#include "tests/lib/orchestrate/target_conformance.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using Condition = Made::Condition;
using What = ApiFault::What;

TEST_CASE("the deployments target keeps to what targets promise", "[targets]") {
  ClusterModel cluster;
  TargetBench bench;
  bench.make = [&] { return made_target(make_deployments_target, options_of(cluster)); };
  bench.need = web();
  bench.settings = GENERATE(TargetOptions{}, TargetOptions{{"max", "3x"}});
  bench.unknown = Need{.kind = "deployment", .machine = "huge", .image = "web"};
  bench.known = "large, small";
  bench.other_machine = web();
  bench.other_machine->machine = "large";
  bench.lose_part = [&](const std::string&) { cluster.lose_a_pod(); };
  bench.halve = [&](const std::string& id) { cluster.lose("deployments", "site-" + id); };
  bench.left = [&] { return cluster.names(); };
  check_target(bench);
}

TEST_CASE("a Deployment is made with all that its need and settings say", "[targets]") {
  DeploymentsHouse house;
  auto need = web(2);
  need.storage_gb = 50;
  need.bandwidth_mbps = 100;
  REQUIRE(order(*house.target, "a1", need,
                {{"max", "3x"},
                 {"cpu_percent", "60"},
                 {"priority", "soon"},
                 {"node", "disk=ssd"},
                 {"prefer_node", "zone=a"},
                 {"storage_class", "fast"}}));
  const auto deployment = house.cluster.object("deployments", "site-a1");
  const auto at = [&](const char* pointer) { return deployment.at(nlohmann::json::json_pointer(pointer)); };
  CHECK(at("/spec/replicas") == 2);
  CHECK(at("/spec/template/spec/priorityClassName") == "soon");
  CHECK(at("/spec/template/spec/nodeSelector/disk") == "ssd");
  CHECK(at("/spec/template/spec/restartPolicy") == "Always");
  CHECK(at("/spec/template/spec/containers/0/image") == "registry.example/web:1");
  CHECK(at("/spec/template/spec/containers/0/resources/requests/memory") == "512Mi");
  CHECK(at("/spec/template/spec/containers/0/readinessProbe/httpGet/path") == "/ready");
  CHECK(at("/spec/template/metadata/annotations/kubernetes.io~1ingress-bandwidth") == "100M");
  CHECK(at("/spec/template/metadata/labels/harbinger~1security") == "strict");
  const auto claim = at("/spec/template/spec/volumes/0/ephemeral/volumeClaimTemplate/spec");
  CHECK(claim.at("storageClassName") == "fast");
  CHECK(claim.at("resources").at("requests").at("storage") == "50Gi");
  const auto prefers =
      at("/spec/template/spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/0");
  CHECK(prefers.at("preference").at("matchExpressions")[0].at("values")[0] == "a");
  const auto scaler = house.cluster.object("horizontalpodautoscalers", "site-a1").at("spec");
  CHECK(scaler.at("minReplicas") == 2);
  CHECK(scaler.at("maxReplicas") == 6);
  CHECK(scaler.at("metrics")[0].at("resource").at("target").at("averageUtilization") == 60);
  const auto policy = house.cluster.object("networkpolicies", "site-a1").at("spec");
  CHECK(policy.at("ingress")[0].at("ports")[0].at("port") == 8080);
  CHECK(house.look("a1").need == need);
}

TEST_CASE("storage that all parts share is a claim of the order's, which goes with it", "[targets]") {
  DeploymentsHouse house;
  auto need = web(2);
  need.storage_gb = 10;
  REQUIRE(order(*house.target, "a1", need, {{"storage", "shared"}}));
  CHECK(house.cluster.object("persistentvolumeclaims", "site-a1").at("spec").at("accessModes")[0] == "ReadWriteMany");
  CHECK(house.look("a1").condition == Condition::ready);
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(house.cluster.names().empty());
}

TEST_CASE("a refused Deployment takes away again what was made for it", "[targets]") {
  DeploymentsHouse house;
  house.cluster.faults.add({.method = "POST",
                            .path = "deployments",
                            .status = 403,
                            .body = R"({"message": "exceeded quota: cpu, requested 2, used 9, limited 10"})"});
  const auto refused = order(*house.target, "a1", web());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::too_large);
  CHECK(lacks(refused.error().message, "exceeded quota: cpu, requested 2") == "");
  CHECK(house.cluster.names().empty());
  CHECK(house.list().empty());
}

TEST_CASE("what cannot be taken away again is said, found, and removed later", "[targets]") {
  DeploymentsHouse house;
  house.cluster.faults.add({.method = "POST", .path = "deployments", .status = 422, .body = "no"});
  house.cluster.faults.add({.method = "DELETE", .path = "networkpolicies", .status = 500});
  const auto refused = order(*house.target, "a1", web());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::denied);
  CHECK(lacks(refused.error().message, "NetworkPolicy stays") == "");
  REQUIRE(house.list().size() == 1);
  CHECK(house.list()[0].condition == Condition::partly);
  CHECK(house.look("a1").condition == Condition::partly);
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(house.cluster.names().empty());
}

TEST_CASE("a scaler that is refused leaves the order partly there, until it is completed", "[targets]") {
  DeploymentsHouse house;
  house.cluster.faults.add({.method = "POST", .path = "horizontalpodautoscalers", .status = 403, .body = "no"});
  const auto half = order(*house.target, "a1", web(), {{"max", "4"}});
  REQUIRE(half);
  CHECK(half->condition == Condition::partly);
  CHECK_FALSE(half->trouble.empty());
  CHECK(house.look("a1").condition == Condition::partly);
  CHECK(lacks(house.list().at(0).trouble, "HorizontalPodAutoscaler") == "");
  REQUIRE(order(*house.target, "a1", web(), {{"max", "4"}}));
  CHECK(house.look("a1").condition == Condition::ready);
  CHECK(house.cluster.pods() == 1);
}

TEST_CASE("an order whose answer was lost is completed by the same id, and nothing is there twice", "[targets]") {
  for (const char* path : {"networkpolicies", "deployments", "horizontalpodautoscalers"})
    for (const auto what : {What::lose, What::drop, What::cut, What::hang}) {
      DeploymentsHouse house;
      INFO(path << " " << static_cast<int>(what));
      house.cluster.faults.add({.method = "POST", .path = path, .what = what});
      const auto lost = order(*house.target, "a1", web(2), {{"max", "4"}});
      REQUIRE_FALSE(lost);
      CHECK((lost.error().code == ErrorCode::unreachable || lost.error().code == ErrorCode::timeout));
      REQUIRE(order(*house.target, "a1", web(2), {{"max", "4"}}));
      const auto made = house.look("a1");
      CHECK(made.condition == Condition::ready);
      CHECK(made.parts == 2);
      CHECK(house.cluster.names().size() == 3);
      CHECK(house.cluster.pods() == 2);
      REQUIRE(house.target->remove("a1", in_time()));
      CHECK(house.cluster.names().empty());
    }
}

TEST_CASE("no answer by the deadline is a timeout, and what was made is found", "[targets]") {
  DeploymentsHouse house;
  house.cluster.faults.add({.method = "POST", .path = "deployments", .what = What::hang});
  const auto late = order(*house.target, "a1", web(), {}, within(std::chrono::milliseconds(150)));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  CHECK(house.list().size() == 1);  // its policy
  REQUIRE(house.target->remove("a1", in_time()));
}

TEST_CASE("a server that says it made a Deployment and did not is found out when one looks", "[targets]") {
  DeploymentsHouse house;
  house.cluster.faults.add({.method = "POST", .path = "deployments", .what = What::lie});
  REQUIRE(order(*house.target, "a1", web()));
  const auto made = house.look("a1");
  CHECK(made.condition == Condition::partly);
  CHECK(lacks(made.trouble, "without its Deployment") == "");
}

TEST_CASE("a server that says it ended a Deployment and did not is asked again", "[targets]") {
  DeploymentsHouse house;
  REQUIRE(order(*house.target, "a1", web()));
  house.cluster.faults.add({.method = "DELETE", .path = "deployments", .what = What::lie});
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(house.cluster.names().empty());
  REQUIRE(order(*house.target, "a2", web()));
  house.cluster.faults.add({.method = "DELETE", .path = "deployments", .what = What::lie, .times = 100});
  const auto removed = house.target->remove("a2", in_time());
  REQUIRE_FALSE(removed);
  CHECK(lacks(removed.error().message, "still there") == "");
}

TEST_CASE("an object of somebody else's that has our name is neither taken nor removed", "[targets]") {
  DeploymentsHouse house;
  house.cluster.put("deployments", nlohmann::json::parse(R"({"metadata": {"name": "site-a1"}, "spec": {"replicas": 1,
      "template": {"metadata": {"labels": {}}, "spec": {"containers": [{"name": "c", "image": "theirs:1"}]}}}})"));
  const auto refused = order(*house.target, "a1", web());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(house.look("a1").condition == Condition::gone);
  CHECK(house.list().empty());
  REQUIRE(house.target->remove("a1", in_time()));
  CHECK(house.cluster.names() == std::vector<std::string>{"deployments/site-a1"});
}

TEST_CASE("Pods that do not start make the order partly, with what the cluster says", "[targets]") {
  DeploymentsHouse house;
  house.cluster.pods_hang("Back-off pulling image");
  REQUIRE(order(*house.target, "a1", web(2)));
  const auto stuck = house.look("a1");
  CHECK(stuck.condition == Condition::partly);
  CHECK(stuck.parts == 0);
  CHECK(lacks(stuck.trouble, "Back-off pulling image") == "");
  house.cluster.pods_hang("");
  CHECK(house.look("a1").condition == Condition::ready);
}

TEST_CASE("a Deployment whose change the cluster has not seen yet is not ready", "[targets]") {
  DeploymentsHouse house;
  REQUIRE(order(*house.target, "a1", web(2)));
  house.cluster.controllers_rest(true);
  auto larger = web(2);
  larger.machine = "large";
  REQUIRE(change(*house.target, "a1", larger));
  CHECK(house.look("a1").condition == Condition::starting);
  house.cluster.controllers_rest(false);
  const auto made = house.look("a1");
  CHECK(made.condition == Condition::ready);
  CHECK(made.need.machine == "large");
  auto other = larger;
  other.image = "web2";
  CHECK_FALSE(change(*house.target, "a1", other));
  other = larger;
  other.security = "open";
  CHECK(change(*house.target, "a1", other).error().code == ErrorCode::unsupported);
}

TEST_CASE("a change moves the scaler's bounds, and gives the number back when there shall be no scaler", "[targets]") {
  DeploymentsHouse house;
  REQUIRE(order(*house.target, "a1", web(1), {{"max", "2x"}}));
  REQUIRE(change(*house.target, "a1", web(3), {{"max", "2x"}}));
  CHECK(house.cluster.object("horizontalpodautoscalers", "site-a1").at("spec").at("maxReplicas") == 6);
  CHECK(house.look("a1").parts == 3);
  REQUIRE(change(*house.target, "a1", web(2)));
  CHECK(house.cluster.object("horizontalpodautoscalers", "site-a1").is_null());
  CHECK(house.look("a1").condition == Condition::ready);
  CHECK(house.look("a1").parts == 2);
}

TEST_CASE("a change of a Deployment that is broken off is told as half done, and the same change completes it",
          "[targets]") {
  DeploymentsHouse house;
  REQUIRE(order(*house.target, "a1", web(1), {{"max", "2x"}}));
  house.cluster.faults.add({.method = "PATCH", .path = "deployments/site-a1", .what = What::drop, .times = 2});
  REQUIRE_FALSE(change(*house.target, "a1", web(3), {{"max", "2x"}}));
  CHECK(house.look("a1").condition == Condition::partly);
  CHECK(lacks(house.list().at(0).trouble, "other bounds") == "");
  REQUIRE(change(*house.target, "a1", web(3), {{"max", "2x"}}));
  CHECK(house.look("a1").condition == Condition::ready);
}

TEST_CASE("options and settings of deployments that are wrong are refused with what would be right", "[targets]") {
  const auto wrong = [](TargetOptions options) {
    options.emplace("server", "https://a");
    return wrong_with_target(make_deployments_target, options);
  };
  CHECK(lacks(wrong({{"machine.large", "much"}}), "2 cpus 4096 MiB") == "");
  CHECK(lacks(wrong({{"image.web", "web:1 port x"}}), "port 8080") == "");
  CHECK(lacks(wrong({{"security.strict", "some"}}), "closed") == "");
  CHECK(lacks(wrong({{"colour", "red"}}), "machine.WORD") == "");
  CHECK(lacks(wrong({{"usual_machine", "huge"}, {"machine.small", "1 cpu 1 GiB"}}), "there is small") == "");
  CHECK(lacks(wrong_with_target(make_deployments_target, {}), "server") == "");

  DeploymentsHouse house;
  const auto refused = [&](const TargetOptions& settings) {
    const auto made = order(*house.target, "a1", web(), settings);
    return made ? "" : made.error().message;
  };
  CHECK(lacks(refused({{"colour", "red"}}), "cpu_percent") == "");
  CHECK(lacks(refused({{"max", "many"}}), "3x") == "");
  CHECK(lacks(refused({{"namespace", "other"}}), "a target for each namespace") == "");
  CHECK(lacks(refused({{"storage", "cloud"}}), "each or shared") == "");
  CHECK(house.cluster.names().empty());
  CHECK(lacks(house.target->refusal({.kind = "deployment", .machine = "small", .image = "db"}), "is web") == "");
  auto odd = web();
  odd.security = "lax";
  CHECK(lacks(house.target->refusal(odd), "open, strict") == "");
  odd = web(0);
  CHECK_FALSE(house.target->refusal(odd).empty());
}
