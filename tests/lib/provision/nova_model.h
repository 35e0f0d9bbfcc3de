// OpenStack's Keystone and Nova in memory, as far as servers of ours need them. Servers are active as soon as they are made.
#pragma once

#include <map>
#include <mutex>
#include <regex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/api_server.h"

namespace harbinger::test {

class NovaModel {
 public:
  using Json = nlohmann::json;

  NovaModel() : server_([this](const ApiRequest& request, ApiPeer& peer) { serve(request, peer); }) {}

  std::string url() const { return server_.url(); }
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [uuid, server] : servers_) names.push_back(server.at("name"));
    return names;
  }
  /// The guest of a server shuts itself down.
  void shut_down(const std::string& name) {
    const std::lock_guard lock(mutex_);
    for (auto& [uuid, server] : servers_)
      if (server.at("name") == name) server["status"] = "SHUTOFF";
  }
  /// Tokens that there are hold no longer.
  void revoke() {
    const std::lock_guard lock(mutex_);
    ++token_;
  }

 private:
  void serve(const ApiRequest& request, ApiPeer& peer) {
    const std::lock_guard lock(mutex_);
    const auto path = request.path();
    if (path == "/v3/auth/tokens") return give_token(peer);
    if (request.field("x-auth-token") != std::to_string(token_)) return peer.answer(401, "");
    if (path == "/flavors/detail")
      return peer.answer(200, R"({"flavors": [{"id": "f1", "vcpus": 1, "ram": 512, "disk": 1}]})");
    if (path == "/servers")
      return request.method == "POST" ? make(Json::parse(request.body).at("server"), peer) : list("", peer);
    if (path == "/servers/detail") return list(request.value("name"), peer);
    const auto rest = path.substr(std::string("/servers/").size());
    const auto found = servers_.find(rest.substr(0, rest.find('/')));
    if (found == servers_.end()) return peer.answer(404, R"({"itemNotFound": {"message": "no such instance"}})");
    if (rest.ends_with("/diagnostics"))
      return peer.answer(200, R"({"cpu_details": [{"time": 1000}], "memory_details": {"maximum": 512, "used": 90}})");
    if (request.method == "DELETE") {
      servers_.erase(found);
      return peer.answer(204, "");
    }
    peer.answer(200, Json{{"server", found->second}}.dump());
  }

  void give_token(ApiPeer& peer) const {
    const Json endpoint{{"interface", "public"}, {"region_id", "here"}, {"url", server_.url()}};
    const Json service{{"type", "compute"}, {"endpoints", Json::array({endpoint})}};
    const Json token{{"issued_at", "2026-11-27T09:00:00.000000Z"},
                     {"expires_at", "2026-11-27T10:00:00.000000Z"},
                     {"catalog", Json::array({service})}};
    peer.answer(201, Json{{"token", token}}.dump(), {{"X-Subject-Token", std::to_string(token_)}});
  }

  void make(Json server, ApiPeer& peer) {
    const auto number = ++made_;
    const auto uuid = "00000000-" + std::to_string(number);
    server["id"] = uuid;
    server["status"] = "ACTIVE";
    server["created"] = "2026-11-27T09:00:00Z";
    const auto address = "192.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    server["addresses"] = {{"private", Json::array({{{"addr", address}, {"version", 4}}})}};
    servers_[uuid] = std::move(server);
    peer.answer(202, Json{{"server", {{"id", uuid}}}}.dump());
  }

  void list(const std::string& name, ApiPeer& peer) const {
    Json found = Json::array();
    const std::regex wanted(name.empty() ? ".*" : name);
    for (const auto& [uuid, server] : servers_)
      if (std::regex_search(server.at("name").get<std::string>(), wanted)) found.push_back(server);
    peer.answer(200, Json{{"servers", found}}.dump());
  }

  mutable std::mutex mutex_;
  std::map<std::string, Json> servers_;
  int made_ = 0, token_ = 1;
  ApiServer server_;
};

}  // namespace harbinger::test
