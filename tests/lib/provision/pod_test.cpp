#include "provision/pod.h"

#include <catch2/catch.hpp>

#include "provision/nova_server.h"

using namespace harbinger;
using namespace harbinger::provision;

namespace {

constexpr const char* kPod =
    R"({"metadata": {"name": "site-a1", "resourceVersion": "5", "annotations": {"harbinger/port": "8080"},
  "labels": {"app.kubernetes.io/managed-by": "harbinger", "harbinger/installation": "site", "harbinger/id": "a1", "harbinger/pool": "shop"}},
  "spec": {"containers": [{"name": "instance", "ports": [{"containerPort": 8080}]}]},
  "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "2001:db8::1"}],
             "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"state": {"waiting": {"reason": "x"}}}]}})";

constexpr const char* kServer =
    R"({"id": "u", "name": "harbinger-site-a1", "status": "ACTIVE", "created": "2026", "OS-EXT-STS:task_state": null,
  "metadata": {"harbinger_installation": "site", "harbinger_id": "a1", "harbinger_pool": "shop", "harbinger_port": "80"},
  "addresses": {"a": [{"addr": "192.0.2.1", "OS-EXT-IPS:type": "fixed"}]}, "fault": {"message": "x"}})";

// Every value of a document in turn becomes each of these.
template <class Read>
void with_every_value_wrong(const char* text, Read read) {
  const Json whole = Json::parse(text);
  const Json flat = whole.flatten();
  for (const auto& [pointer, value] : flat.items())
    for (Json::json_pointer at(pointer); !at.empty(); at.pop_back())
      for (const auto& wrong :
           {Json(), Json(7), Json(-1e300), Json("\xff\n"), Json::array({1, Json::object()}), Json{{"a", {1}}}}) {
        Json changed = whole;
        changed[at] = wrong;
        read(changed);
      }
}

}  // namespace

TEST_CASE("a Pod is read with both of its addresses, and only when it is ours") {
  const auto pod = read_pod(Json::parse(kPod), "site");
  REQUIRE(pod);
  CHECK(pod->found.reach.addresses.size() == 2);
  CHECK(pod->found.reach.port == 8080);
  CHECK_FALSE(read_pod(Json::parse(kPod), "site-b"));
  CHECK_FALSE(read_pod(Json(), "site"));
}

TEST_CASE("Pods and servers that are made of anything else are read without harm") {
  int read = 0;
  with_every_value_wrong(kPod, [&](const Json& each) { read += read_pod(each, "site").has_value() ? 1 : 0; });
  with_every_value_wrong(
      kServer, [&](const Json& each) { read += read_server(each, "site", NovaAddresses::all).has_value() ? 1 : 0; });
  CHECK(read > 0);
}
