// An API server of Kubernetes in memory, as far as Pods of ours need one: it keeps them, and tells watches of them. Pods are ready as soon as they are made.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/api_server.h"

namespace harbinger::test {

class KubernetesModel {
 public:
  using Json = nlohmann::json;

  KubernetesModel() : server_([this](const ApiRequest& request, ApiPeer& peer) { serve(request, peer); }) {}

  std::string url() const { return server_.url(); }
  std::size_t reads() const { return reads_; }  ///< of one Pod, or of lists, without those that begin a watch

  /// Watches that there are end, and others are refused until it is said that they may be.
  void watches(bool may_be) {
    watches_ = may_be;
    ++epoch_;
  }
  /// How long watches are behind.
  void delay(std::chrono::milliseconds time) { delay_ms_ = time.count(); }

  void set_ready(const std::string& name, bool ready) {
    const std::lock_guard lock(mutex_);
    auto& pod = pods_.at(name);
    pod["status"]["conditions"][0]["status"] = ready ? "True" : "False";
    tell("MODIFIED", pod);
  }
  void lose(const std::string& name) {
    const std::lock_guard lock(mutex_);
    tell("DELETED", pods_.at(name));
    pods_.erase(name);
  }
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, pod] : pods_) names.push_back(name);
    return names;
  }

 private:
  static constexpr const char* kPods = "/api/v1/namespaces/default/pods";
  static constexpr const char* kMetrics = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/";

  static void refuse(ApiPeer& peer, unsigned status, const std::string& what) {
    peer.answer(status, Json{{"kind", "Status"}, {"code", status}, {"message", what}}.dump());
  }

  void serve(const ApiRequest& request, ApiPeer& peer) {
    const auto path = request.path();
    if (path == "/api/v1") return peer.answer(200, R"({"resources": [{"name": "pods"}, {"name": "pods/resize"}]})");
    if (path.starts_with(kMetrics)) return measure(path.substr(std::string(kMetrics).size()), peer);
    if (path == kPods && request.value("watch") == "1") return watch(request, peer);
    if (path == kPods) return request.method == "POST" ? make(Json::parse(request.body), peer) : list(request, peer);
    auto name = path.substr(std::string(kPods).size() + 1);
    const auto end = name.find('/');
    name = name.substr(0, end);
    const std::lock_guard lock(mutex_);
    const auto found = pods_.find(name);
    if (request.method == "GET") ++reads_;
    if (found == pods_.end()) return refuse(peer, 404, "pods \"" + name + "\" not found");
    if (request.method == "DELETE") {
      tell("DELETED", found->second);
      pods_.erase(found);
      return peer.answer(200, "{}");
    }
    peer.answer(200, found->second.dump());
  }

  void make(Json pod, ApiPeer& peer) {
    const std::lock_guard lock(mutex_);
    const std::string name = pod.at("metadata").at("name");
    if (pods_.contains(name)) return refuse(peer, 409, "pods \"" + name + "\" already exists");
    const auto number = ++made_;
    const auto address = "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    pod["status"] = {{"phase", "Running"},
                     {"podIP", address},
                     {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}};
    tell("ADDED", pod);
    pods_[name] = pod;
    peer.answer(201, pod.dump());
  }

  // Like metrics-server, of which only a name is needed.
  void measure(const std::string& name, ApiPeer& peer) {
    const std::lock_guard lock(mutex_);
    if (!pods_.contains(name)) return refuse(peer, 404, "podmetrics.metrics.k8s.io \"default/" + name + "\" not found");
    peer.answer(200, R"({"containers": [{"name": "instance", "usage": {"cpu": "3m", "memory": "20Mi"}}]})");
  }

  static bool selected(const Json& pod, const std::string& selector) {
    for (std::size_t at = 0; at < selector.size();) {
      const auto end = std::min(selector.find(',', at), selector.size());
      const auto each = selector.substr(at, end - at);
      const auto equals = each.find('=');
      if (pod.at("metadata").at("labels").value(each.substr(0, equals), "") != each.substr(equals + 1)) return false;
      at = end + 1;
    }
    return true;
  }

  void list(const ApiRequest& request, ApiPeer& peer) {
    ++reads_;
    const std::lock_guard lock(mutex_);
    Json items = Json::array();
    for (const auto& [name, pod] : pods_)
      if (selected(pod, request.value("labelSelector"))) items.push_back(pod);
    peer.answer(200,
                Json{{"metadata", {{"resourceVersion", std::to_string(events_.size())}}}, {"items", items}}.dump());
  }

  void watch(const ApiRequest& request, ApiPeer& peer) {
    if (!watches_) return refuse(peer, 503, "no watches now");
    auto at = std::stoul(request.value("resourceVersion"));
    const int epoch = epoch_;
    peer.begin(200);
    while (epoch == epoch_ && peer.rest(std::chrono::milliseconds(5 + delay_ms_))) {
      std::string news;
      {
        const std::lock_guard lock(mutex_);
        for (; at < events_.size(); ++at) news += events_[at] + "\n";
      }
      if (!news.empty() && !peer.go_on(news)) break;
    }
    peer.drop();
  }

  void tell(const std::string& type, Json& pod) {
    pod["metadata"]["resourceVersion"] = std::to_string(events_.size() + 1);
    events_.push_back(Json{{"type", type}, {"object", pod}}.dump());
  }

  mutable std::mutex mutex_;
  std::map<std::string, Json> pods_;
  std::vector<std::string> events_;
  int made_ = 0;
  std::atomic<std::size_t> reads_{0};
  std::atomic<bool> watches_{true};
  std::atomic<int> epoch_{0};
  std::atomic<long> delay_ms_{0};
  ApiServer server_;
};

}  // namespace harbinger::test
