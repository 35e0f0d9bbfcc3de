// Security groups of OpenStack's Neutron in memory. There is one at first, `web`.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/api_server.h"

namespace harbinger::test {

/// One thread at a time.
class GroupsModel {
 public:
  using Json = nlohmann::json;

  GroupsModel() { groups_["g-web"] = {{"id", "g-web"}, {"name", "web"}, {"security_group_rules", Json::array()}}; }

  bool has(const std::string& id) const { return groups_.contains(id); }
  /// Of those that were not there at first.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [id, each] : groups_)
      if (id != "g-web") names.push_back(each.at("name"));
    return names;
  }
  std::size_t rules() const {
    std::size_t all = 0;
    for (const auto& [id, each] : groups_) all += each.at("security_group_rules").size();
    return all;
  }

  void serve(const ApiRequest& request, ApiPeer& peer, const std::function<bool(const std::string&)>& is_used) {
    static const std::string kGroups = "/network/v2.0/security-groups";
    const auto path = request.path();
    if (path == kGroups) return request.method == "POST" ? make(request, peer) : list(request, peer);
    if (path == "/network/v2.0/security-group-rules") return make_rule(request, peer);
    const auto id = path.substr(std::min(path.size(), kGroups.size() + 1));
    if (!has(id)) return refuse(peer, 404, "Security group " + id + " does not exist");
    if (is_used(id)) return refuse(peer, 409, "Security Group " + id + " in use.");
    groups_.erase(id);
    peer.answer(204, "");
  }

 private:
  static void refuse(ApiPeer& peer, unsigned status, const std::string& what) {
    peer.answer(status, Json{{"NeutronError", {{"type", "Trouble"}, {"message", what}, {"detail", ""}}}}.dump());
  }

  void list(const ApiRequest& request, ApiPeer& peer) const {
    Json found = Json::array();
    for (const auto& [id, each] : groups_)
      if (request.value("name").empty() || each.at("name") == request.value("name")) found.push_back(each);
    peer.answer(200, Json{{"security_groups", found}}.dump());
  }

  void make(const ApiRequest& request, ApiPeer& peer) {
    auto group = Json::parse(request.body).at("security_group");
    group["id"] = "g-" + std::to_string(++made_);
    group["security_group_rules"] = Json::array();
    groups_[group["id"]] = group;
    peer.answer(201, Json{{"security_group", group}}.dump());
  }

  void make_rule(const ApiRequest& request, ApiPeer& peer) {
    auto rule = Json::parse(request.body).at("security_group_rule");
    auto& rules = groups_.at(rule.at("security_group_id"))["security_group_rules"];
    if (std::ranges::find(rules, rule) != rules.end()) return refuse(peer, 409, "Security group rule already exists.");
    rules.push_back(rule);
    peer.answer(201, Json{{"security_group_rule", rule}}.dump());
  }

  std::map<std::string, Json> groups_;
  int made_ = 0;
};

}  // namespace harbinger::test
