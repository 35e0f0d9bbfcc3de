// An engine's door for browsers, applications and operators: events in, pages about personas out.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <harbinger/http.h>
#include "persona/admin_pages.h"
#include "persona/event_endpoint.h"

namespace harbinger::persona {

struct HttpDoorSettings {
  EventEndpointSettings events{};
  std::optional<std::filesystem::path> admin_tokens{};  ///< of who may change personas; see AdminPages
};

/// POST /v1/events, GET /v1/harbinger.js and everything below /v1/personas, on a server that may answer more.
class HttpDoor {
 public:
  /// All of `world` and `metrics` outlive it. Errors: those of the files of tokens.
  static Result<std::unique_ptr<HttpDoor>> open(std::shared_ptr<HttpServer> server, HttpDoorSettings settings,
                                                const AdminPages::World& world, Metrics& metrics);

  const HttpServer& server() const { return *server_; }

 private:
  explicit HttpDoor(std::shared_ptr<HttpServer> server) : server_(std::move(server)) {}

  const std::shared_ptr<HttpServer> server_;
  std::vector<HttpServer::Route> routes_;
};

}  // namespace harbinger::persona
