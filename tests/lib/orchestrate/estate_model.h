// OpenStack's Keystone, Nova, Cinder, Neutron and Glance in memory, as far as orders need them. What takes time there takes until the next time that a list of it is asked for:
// servers are built, volumes attached, what is ended goes.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <regex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/lib/orchestrate/api_faults.h"
#include "tests/lib/orchestrate/groups_model.h"
#include "tests/support/api_server.h"

namespace harbinger::test {

class EstateModel {
 public:
  using Json = nlohmann::json;

  EstateModel()
      : server_([this](const ApiRequest& request, ApiPeer& peer) {
          faults.play(request, peer,
                      [this](const ApiRequest& asked, ApiPeer& to, bool lies) { serve(asked, to, lies); });
        }) {}

  std::string url() const { return server_.url() + "/identity"; }
  ApiFaults faults;
  std::atomic<std::size_t> most_servers{100}, most_volumes{100};
  std::atomic<bool> settles{true};  ///< time goes on

  /// Everything that is there and was not there at first, each as "server NAME".
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [id, each] : servers_)
      if (each.at("status") != "DELETED") names.push_back("server " + each.at("name").get<std::string>());
    for (const auto& [id, each] : volumes_) names.push_back("volume " + each.at("name").get<std::string>());
    for (const auto& name : groups_.names()) names.push_back("group " + name);
    return names;
  }
  std::size_t rules() const {
    const std::lock_guard lock(mutex_);
    return groups_.rules();
  }
  /// A server or volume by its name; null when there is none.
  Json server(const std::string& name) const { return named(servers_, name); }
  Json volume(const std::string& name) const { return named(volumes_, name); }
  void set_server(const std::string& name, const Json& patch) { set(servers_, name, patch); }
  void set_volume(const std::string& name, const Json& patch) { set(volumes_, name, patch); }
  /// It goes at once, and its volumes are free.
  void lose_server(const std::string& name) {
    const std::lock_guard lock(mutex_);
    std::erase_if(servers_,
                  [&](const auto& each) { return each.second.at("name") == name && free_volumes(each.first); });
  }
  /// A second one of a name, as when a request was answered by nobody and came twice.
  void double_server(const std::string& name) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, each] : std::map(servers_))
      if (each.at("name") == name) {
        auto second = each;
        second["id"] = "s-" + std::to_string(++made_);
        second["created"] = "2026-11-27T10:00:00Z";
        servers_[second["id"]] = second;
      }
  }
  /// New servers end in ERROR, with this fault; empty: they do not.
  void servers_fail(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
  }
  /// What is resized goes back to what it was.
  std::atomic<bool> resizes_fail{false};

 private:
  using Things = std::map<std::string, Json>;
  struct Rest {
    std::string id{}, more{};  ///< ID/MORE
  };

  Json named(const Things& things, const std::string& name) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, each] : things)
      if (each.at("name") == name) return each;
    return nullptr;
  }
  void set(Things& things, const std::string& name, const Json& patch) {
    const std::lock_guard lock(mutex_);
    for (auto& [id, each] : things)
      if (each.at("name") == name) each.merge_patch(patch);
  }

  static void refuse(ApiPeer& peer, unsigned status, const char* kind, const std::string& what) {
    peer.answer(status, Json{{kind, {{"message", what}, {"code", status}}}}.dump());
  }

  static bool below(const std::string& path, const std::string& prefix, Rest& rest) {
    if (!path.starts_with(prefix)) return false;
    const auto text = path.substr(prefix.size());
    const auto slash = std::min(text.find('/'), text.size());
    rest = {text.substr(0, slash), slash < text.size() ? text.substr(slash + 1) : ""};
    return true;
  }

  void serve(const ApiRequest& request, ApiPeer& peer, bool lies) {
    const std::lock_guard lock(mutex_);
    const auto path = request.path();
    if (path == "/identity/v3/auth/tokens") return give_token(peer);
    if (request.field("x-auth-token") != "token") return refuse(peer, 401, "error", "no token");
    Rest rest;
    if (path == "/compute/v2.1/flavors/detail") return flavors(peer);
    if (path == "/image/v2/images") return images(request, peer);
    if (path == "/compute/v2.1/servers/detail") return list_servers(request, peer);
    if (path == "/compute/v2.1/servers")
      return request.method == "POST" ? make_server(request, peer, lies) : peer.answer(200, R"({"servers": []})");
    if (below(path, "/compute/v2.1/servers/", rest)) return one_server(rest, request, peer, lies);
    if (path == "/volume/v3/p1/volumes/detail") return list_volumes(request, peer);
    if (path == "/volume/v3/p1/volumes") return make_volume(request, peer, lies);
    if (below(path, "/volume/v3/p1/volumes/", rest)) return end_volume(rest.id, peer, lies);
    if (path.starts_with("/network/v2.0/"))
      return groups_.serve(request, peer, [this](const std::string& id) { return is_used(id); });
    refuse(peer, 404, "itemNotFound", "no such resource " + path);
  }

  void give_token(ApiPeer& peer) const {
    Json catalog = Json::array();
    for (const auto& [type, path] : std::map<std::string, std::string>{
             {"compute", "/compute/v2.1"}, {"volumev3", "/volume/v3/p1"}, {"network", "/network"}, {"image", "/image"}})
      catalog.push_back(
          {{"type", type},
           {"endpoints",
            Json::array({{{"interface", "public"}, {"region_id", "here"}, {"url", server_.url() + path}}})}});
    const Json token{{"issued_at", "2026-11-27T09:00:00.000000Z"},
                     {"expires_at", "2026-11-27T10:00:00.000000Z"},
                     {"catalog", catalog}};
    peer.answer(201, Json{{"token", token}}.dump(), {{"X-Subject-Token", "token"}});
  }

  static void flavors(ApiPeer& peer) {
    peer.answer(200, R"({"flavors": [{"id": "f1", "name": "m1.small", "vcpus": 1, "ram": 512, "disk": 1},
                                     {"id": "f2", "name": "m1.large", "vcpus": 4, "ram": 8192, "disk": 1}]})");
  }

  static void images(const ApiRequest& request, ApiPeer& peer) {
    Json found = Json::array();
    for (const auto& [id, name] :
         std::vector<std::pair<std::string, std::string>>{{"i1", "ubuntu-22.04"}, {"i2", "twin"}, {"i3", "twin"}})
      if (name == request.value("name")) found.push_back({{"id", id}, {"name", name}});
    peer.answer(200, Json{{"images", found}, {"first", "/v2/images"}}.dump());
  }

  bool free_volumes(const std::string& server) {
    for (auto& [id, each] : volumes_)
      for (const auto& attachment : Json(each.at("attachments")))
        if (attachment.at("server_id") == server) {
          each["status"] = "available";
          each["attachments"] = Json::array();
        }
    return true;
  }

  bool is_used(const std::string& group) const {
    for (const auto& [uuid, server] : servers_)
      for (const auto& each : server.value("security_groups", Json::array()))
        if (each.at("name") == group) return true;
    return false;
  }

  // ---- Nova

  void settle_servers() {
    if (!settles) return;
    std::erase_if(servers_, [&](const auto& each) { return each.second.at("status") == "DELETED"; });
    for (auto& [id, each] : servers_) {
      if (each.value("OS-EXT-STS:task_state", "") == "deleting") {
        // For a moment, as the real one does it.
        each["status"] = "DELETED";
        each["OS-EXT-STS:task_state"] = nullptr;
        free_volumes(id);
      } else if (each.at("status") == "BUILD") {
        each["status"] = fault_.empty() ? "ACTIVE" : "ERROR";
        if (!fault_.empty()) each["fault"] = {{"message", fault_}};
      } else if (each.at("status") == "RESIZE") {
        each["status"] = resizes_fail ? "ACTIVE" : "VERIFY_RESIZE";
      }
    }
  }

  void list_servers(const ApiRequest& request, ApiPeer& peer) {
    settle_servers();
    Json found = Json::array();
    const std::regex wanted(request.value("name"));
    for (const auto& [id, each] : servers_)
      if (std::regex_search(each.at("name").get<std::string>(), wanted)) found.push_back(each);
    peer.answer(200, Json{{"servers", found}}.dump());
  }

  std::string wrong_with(const Json& server) const {
    if (server.at("flavorRef") != "f1" && server.at("flavorRef") != "f2") return "Flavor could not be found";
    if (server.at("imageRef") != "i1") return "Can not find requested image";
    if (!server.contains("networks")) return "networks is required";
    for (const auto& each : server.value("security_groups", Json::array()))
      if (!groups_.has(each.at("name"))) return "Security group " + each.dump() + " not found";
    for (const auto& [name, value] : server.at("metadata").items())
      if (!value.is_string() || value.get<std::string>().size() > 255) return "metadata " + name + " is too long";
    return {};
  }

  void make_server(const ApiRequest& request, ApiPeer& peer, bool lies) {
    auto server = Json::parse(request.body).at("server");
    if (const auto wrong = wrong_with(server); !wrong.empty()) return refuse(peer, 400, "badRequest", wrong);
    if (servers_.size() >= most_servers)
      return refuse(peer, 403, "forbidden",
                    "Quota exceeded for instances: Requested 1, but already used 2 of 2 instances");
    const auto number = ++made_;
    const auto id = "s-" + std::to_string(number);
    server["id"] = id;
    server["status"] = "BUILD";
    server["created"] = "2026-11-27T09:00:00Z";
    server["flavor"] = flavor_of(server.at("flavorRef"));
    const auto address = "192.0." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
    server["addresses"] = {{"private", Json::array({{{"addr", address}, {"version", 4}}})}};
    if (!lies) servers_[id] = std::move(server);
    peer.answer(202, Json{{"server", {{"id", id}}}}.dump());
  }

  static Json flavor_of(const std::string& id) { return {{"original_name", id == "f1" ? "m1.small" : "m1.large"}}; }

  void one_server(const Rest& rest, const ApiRequest& request, ApiPeer& peer, bool lies) {
    const auto found = servers_.find(rest.id);
    if (found == servers_.end()) return refuse(peer, 404, "itemNotFound", "Instance could not be found");
    auto& server = found->second;
    if (request.method == "DELETE") {
      if (!lies) server["OS-EXT-STS:task_state"] = "deleting";
      return peer.answer(204, "");
    }
    const auto body = Json::parse(request.body);
    if (rest.more == "metadata") {
      server["metadata"].merge_patch(body.at("metadata"));
      return peer.answer(200, body.dump());
    }
    if (rest.more == "os-volume_attachments") return attach(server, body.at("volumeAttachment").at("volumeId"), peer);
    act(server, body, peer);
  }

  void act(Json& server, const Json& body, ApiPeer& peer) {
    const std::string status = server.at("status");
    if (body.contains("resize")) {
      if (status != "ACTIVE")
        return refuse(peer, 409, "conflictingRequest", "Cannot 'resize' while in state " + status);
      server["next"] = body.at("resize").at("flavorRef");
      server["status"] = "RESIZE";
    } else {
      if (status != "VERIFY_RESIZE") return refuse(peer, 409, "conflictingRequest", "Instance has not been resized.");
      server["flavor"] = flavor_of(server.at("next"));
      server["status"] = "ACTIVE";
    }
    peer.answer(202, "");
  }

  void attach(const Json& server, const std::string& id, ApiPeer& peer) {
    const auto volume = volumes_.find(id);
    if (volume == volumes_.end()) return refuse(peer, 404, "itemNotFound", "Volume could not be found");
    if (server.at("status") != "ACTIVE") return refuse(peer, 409, "conflictingRequest", "Cannot 'attach_volume' now");
    if (volume->second.at("status") != "available")
      return refuse(peer, 400, "badRequest", "Invalid volume: status must be available");
    volume->second["status"] = "attaching";
    volume->second["attachments"] = Json::array({{{"server_id", server.at("id")}}});
    peer.answer(200, Json{{"volumeAttachment", {{"volumeId", id}}}}.dump());
  }

  // ---- Cinder

  void settle_volumes() {
    if (!settles) return;
    std::erase_if(volumes_, [](const auto& each) { return each.second.at("status") == "deleting"; });
    for (auto& [id, each] : volumes_) {
      if (each.at("status") == "creating") each["status"] = "available";
      if (each.at("status") == "attaching") each["status"] = "in-use";
    }
  }

  void list_volumes(const ApiRequest& request, ApiPeer& peer) {
    settle_volumes();
    Json found = Json::array();
    const auto wanted = request.value("metadata");
    const std::regex pair("'([^']*)': '([^']*)'");
    for (const auto& [id, each] : volumes_) {
      bool all = true;
      for (std::sregex_iterator at(wanted.begin(), wanted.end(), pair), end; at != end; ++at)
        all = all && each.at("metadata").value((*at)[1].str(), "") == (*at)[2].str();
      if (all) found.push_back(each);
    }
    peer.answer(200, Json{{"volumes", found}}.dump());
  }

  void make_volume(const ApiRequest& request, ApiPeer& peer, bool lies) {
    auto volume = Json::parse(request.body).at("volume");
    if (volumes_.size() >= most_volumes)
      return refuse(peer, 413, "overLimit",
                    "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'.");
    const auto id = "v-" + std::to_string(++made_);
    volume["id"] = id;
    volume["status"] = "creating";
    volume["created_at"] = "2026-11-27T09:00:00.000000";
    volume["attachments"] = Json::array();
    if (!lies) volumes_[id] = volume;
    peer.answer(202, Json{{"volume", volume}}.dump());
  }

  void end_volume(const std::string& id, ApiPeer& peer, bool lies) {
    const auto found = volumes_.find(id);
    if (found == volumes_.end()) return refuse(peer, 404, "itemNotFound", "Volume could not be found");
    const std::string status = found->second.at("status");
    if (status != "available" && !status.starts_with("error"))
      return refuse(peer, 400, "badRequest", "Invalid volume: status must be available or error, not " + status);
    if (!lies) found->second["status"] = "deleting";
    peer.answer(202, "");
  }

  mutable std::mutex mutex_;
  Things servers_, volumes_;
  GroupsModel groups_;
  std::string fault_;
  int made_ = 0;
  ApiServer server_;
};

}  // namespace harbinger::test
