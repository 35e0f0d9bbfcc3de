// An API server of Kubernetes in memory with what the cluster does of itself, as far as Deployments need one: Pods come and go by the replicas that are wanted, and scalers,
// which see no load, bring them to their lower bounds. What a real server refuses for its shape is refused here, too.
#pragma once

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/lib/orchestrate/api_faults.h"
#include "tests/support/api_server.h"

namespace harbinger::test {

class ClusterModel {
 public:
  using Json = nlohmann::json;

  ClusterModel()
      : server_([this](const ApiRequest& request, ApiPeer& peer) {
          faults.play(request, peer,
                      [this](const ApiRequest& asked, ApiPeer& to, bool lies) { serve(asked, to, lies); });
        }) {}

  std::string url() const { return server_.url(); }
  ApiFaults faults;

  /// "deployments/site-a1", for each object that is there, Pods apart.
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [kind, objects] : objects_)
      for (const auto& [name, object] : objects)
        if (kind != "pods") names.push_back(kind + "/" + name);
    return names;
  }
  std::size_t pods() const {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find("pods");
    return found == objects_.end() ? 0 : found->second.size();
  }
  /// An object as it is; null when it is not there.
  Json object(const std::string& kind, const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(kind);
    if (found == objects_.end() || !found->second.contains(name)) return nullptr;
    return found->second.at(name);
  }
  /// Somebody else makes or changes an object.
  void put(const std::string& kind, Json object) {
    const std::lock_guard lock(mutex_);
    const std::string name = object.at("metadata").at("name");
    born(object);
    objects_[kind][name] = std::move(object);
    control();
  }
  void change(const std::string& kind, const std::string& name, const Json& patch) {
    const std::lock_guard lock(mutex_);
    touch(objects_.at(kind).at(name), patch, false);
    control();
  }
  void lose(const std::string& kind, const std::string& name) {
    const std::lock_guard lock(mutex_);
    objects_.at(kind).erase(name);
    control();
  }
  void lose_a_pod() {
    const std::lock_guard lock(mutex_);
    auto& pods = objects_.at("pods");
    pods.erase(pods.begin());
    control();
  }
  /// While they rest, nothing follows from what is written, as when a cluster has much to do.
  void controllers_rest(bool rest) {
    const std::lock_guard lock(mutex_);
    rest_ = rest;
    control();
  }
  /// New Pods do not get ready, for a reason that they tell; empty: they do, and those that hang are made anew.
  void pods_hang(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    hang_ = reason;
    if (hang_.empty()) std::erase_if(objects_["pods"], [](const auto& pod) { return !is_ready(pod.second); });
    control();
  }

 private:
  using Objects = std::map<std::string, Json>;

  static void refuse(ApiPeer& peer, unsigned status, const std::string& what) {
    peer.answer(status, Json{{"kind", "Status"}, {"status", "Failure"}, {"code", status}, {"message", what}}.dump());
  }

  // /apis/apps/v1/namespaces/default/deployments[/NAME]
  void serve(const ApiRequest& request, ApiPeer& peer, bool lies) {
    static const std::map<std::string, std::string> kPaths{
        {"/api/v1/namespaces/default/pods", "pods"},
        {"/api/v1/namespaces/default/persistentvolumeclaims", "persistentvolumeclaims"},
        {"/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", "networkpolicies"},
        {"/apis/apps/v1/namespaces/default/deployments", "deployments"},
        {"/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", "horizontalpodautoscalers"}};
    const auto path = request.path();
    const std::lock_guard lock(mutex_);
    for (const auto& [collection, kind] : kPaths) {
      if (path == collection)
        return request.method == "POST" ? create(kind, request, peer, lies) : list(kind, request, peer);
      if (path.starts_with(collection + "/")) return one(kind, path.substr(collection.size() + 1), request, peer, lies);
    }
    refuse(peer, 404, "the server could not find the requested resource");
  }

  void create(const std::string& kind, const ApiRequest& request, ApiPeer& peer, bool lies) {
    auto object = Json::parse(request.body);
    const std::string name = object.at("metadata").at("name");
    if (objects_[kind].contains(name)) return refuse(peer, 409, kind + " \"" + name + "\" already exists");
    if (const auto wrong = invalid(kind, object); !wrong.empty()) return refuse(peer, 422, wrong);
    born(object);
    if (!lies) {
      objects_[kind][name] = object;
      control();
      object = objects_[kind][name];
    }
    peer.answer(201, object.dump());
  }

  void list(const std::string& kind, const ApiRequest& request, ApiPeer& peer) {
    Json items = Json::array();
    for (const auto& [name, object] : objects_[kind])
      if (selected(object, request.value("labelSelector"))) items.push_back(object);
    peer.answer(200, Json{{"metadata", {{"resourceVersion", std::to_string(version_)}}}, {"items", items}}.dump());
  }

  void one(const std::string& kind, const std::string& name, const ApiRequest& request, ApiPeer& peer, bool lies) {
    const auto found = objects_[kind].find(name);
    if (found == objects_[kind].end()) return refuse(peer, 404, kind + " \"" + name + "\" not found");
    if (request.method == "GET") return peer.answer(200, found->second.dump());
    const auto body = Json::parse(request.body);
    if (request.method == "DELETE") return end(kind, found->second, body, peer, lies);
    const auto version = body.value("/metadata/resourceVersion"_json_pointer, "");
    if (!version.empty() && version != found->second.at("metadata").at("resourceVersion").get<std::string>())
      return refuse(peer, 409, "Operation cannot be fulfilled: the object has been modified");
    auto changed = found->second;
    touch(changed, body, request.field("content-type").starts_with("application/strategic"));
    if (const auto wrong = invalid(kind, changed); !wrong.empty()) return refuse(peer, 422, wrong);
    if (!lies) {
      objects_[kind][name] = changed;
      control();
      changed = objects_[kind][name];
    }
    peer.answer(200, changed.dump());
  }

  void end(const std::string& kind, const Json& object, const Json& how, ApiPeer& peer, bool lies) {
    const std::string name = object.at("metadata").at("name");
    const auto uid = how.value("/preconditions/uid"_json_pointer, "");
    if (!uid.empty() && uid != object.at("metadata").at("uid").get<std::string>())
      return refuse(peer, 409, "the UID does not match");
    if (!lies) {
      objects_[kind].erase(name);
      control();
    }
    peer.answer(200, R"({"kind": "Status", "status": "Success"})");
  }

  void born(Json& object) {
    object["metadata"]["uid"] = "uid-" + std::to_string(++version_);
    object["metadata"]["resourceVersion"] = std::to_string(version_);
    object["metadata"]["generation"] = 1;
  }

  // A strategic patch knows containers by their names; lists are replaced as a whole, else.
  void touch(Json& object, const Json& patch, bool strategic) {
    const auto spec = object.at("spec");
    auto plain = patch;
    const auto at = "/spec/template/spec/containers"_json_pointer;
    if (strategic && patch.contains(at)) {
      auto containers = object.at(at);
      for (const auto& each : patch.at(at))
        for (auto& container : containers)
          if (container.at("name") == each.at("name")) container.merge_patch(each);
      plain[at] = containers;
    }
    object.merge_patch(plain);
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    if (object.at("spec") != spec) object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
  }

  static std::string invalid(const std::string& kind, const Json& object) {
    const auto& spec = object.at("spec");
    if (kind == "deployments") {
      const auto& pod = spec.at("template");
      for (const auto& [label, value] : spec.at("selector").at("matchLabels").items())
        if (pod.at("metadata").at("labels").value(label, "") != value.get<std::string>())
          return "selector does not match template labels";
      if (pod.at("spec").value("restartPolicy", "Always") != "Always") return "restartPolicy: Unsupported value";
      for (const auto& each : pod.at("spec").at("containers"))
        if (each.value("name", "").empty() || each.value("image", "").empty()) return "containers: Required value";
      for (const auto& each : pod.at("spec").at("containers"))
        for (const auto& mount : each.value("volumeMounts", Json::array()))
          if (pod.at("spec").value("volumes", Json::array()).empty()) return "volumeMounts: Not found: " + mount.dump();
    }
    if (kind == "horizontalpodautoscalers" && spec.value("maxReplicas", 0) < spec.value("minReplicas", 1))
      return "maxReplicas must be greater than or equal to minReplicas";
    if (kind == "horizontalpodautoscalers" && spec.value("minReplicas", 1) < 1) return "minReplicas must be at least 1";
    if (kind == "persistentvolumeclaims" &&
        (spec.at("accessModes").empty() || !spec.at("resources").at("requests").contains("storage")))
      return "accessModes, resources: Required value";
    return {};
  }

  static bool selected(const Json& object, const std::string& selector) {
    const auto labels = object.at("metadata").value("labels", Json::object());
    for (std::size_t at = 0; at < selector.size();) {
      const auto end = std::min(selector.find(',', at), selector.size());
      const auto each = selector.substr(at, end - at);
      const auto equals = each.find('=');
      if (labels.value(each.substr(0, equals), "") != each.substr(equals + 1)) return false;
      at = end + 1;
    }
    return true;
  }

  // What the cluster does of itself.
  void control() {
    if (rest_) return;
    for (const auto& [name, scaler] : objects_["horizontalpodautoscalers"]) scale(scaler.at("spec"));
    for (auto& [name, deployment] : objects_["deployments"]) keep_pods(name, deployment);
    std::erase_if(objects_["pods"], [&](const auto& pod) {
      return !objects_["deployments"].contains(pod.second.at("of").template get<std::string>());
    });
  }

  void scale(const Json& spec) {
    const auto found = objects_["deployments"].find(spec.at("scaleTargetRef").at("name"));
    if (found == objects_["deployments"].end()) return;
    const int replicas = found->second["spec"].value("replicas", 1);
    const int wanted = spec.value("minReplicas", 1);
    if (wanted != replicas) touch(found->second, {{"spec", {{"replicas", wanted}}}}, false);
  }

  void keep_pods(const std::string& name, Json& deployment) {
    auto& pods = objects_["pods"];
    const auto made_so = deployment["spec"]["template"].dump();
    std::erase_if(pods,
                  [&](const auto& pod) { return pod.second.at("of") == name && pod.second.at("made") != made_so; });
    std::vector<std::string> there;
    for (const auto& [pod, object] : pods)
      if (object.at("of") == name) there.push_back(pod);
    const auto wanted = deployment["spec"].value("replicas", std::size_t{1});
    while (there.size() > wanted) {
      pods.erase(there.back());
      there.pop_back();
    }
    while (there.size() < wanted) there.push_back(make_pod(name, deployment, made_so));
    int ready = 0;
    for (const auto& pod : there) ready += is_ready(pods.at(pod)) ? 1 : 0;
    deployment["status"] = {{"observedGeneration", deployment["metadata"]["generation"]},
                            {"replicas", there.size()},
                            {"updatedReplicas", there.size()},
                            {"readyReplicas", ready}};
  }

  static bool is_ready(const Json& pod) { return pod.at("status").at("conditions")[0].at("status") == "True"; }

  std::string make_pod(const std::string& of, const Json& deployment, const std::string& made_so) {
    const auto number = ++made_;
    char digits[16];
    std::snprintf(digits, sizeof digits, "%05d", number);
    const std::string name = of + "-" + digits;
    Json pod = deployment.at("spec").at("template");
    pod["metadata"]["name"] = name;
    pod["of"] = of;
    pod["made"] = made_so;
    const bool well = hang_.empty();
    pod["status"] = {{"phase", well ? "Running" : "Pending"},
                     {"conditions", Json::array({{{"type", "Ready"}, {"status", well ? "True" : "False"}}})}};
    if (well) pod["status"]["podIP"] = "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    if (!well)
      pod["status"]["containerStatuses"] =
          Json::array({{{"state", {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", hang_}}}}}}});
    objects_["pods"][name] = std::move(pod);
    return name;
  }

  mutable std::mutex mutex_;
  std::map<std::string, Objects> objects_;
  bool rest_ = false;
  std::string hang_;
  int version_ = 0, made_ = 0;
  ApiServer server_;
};

}  // namespace harbinger::test
