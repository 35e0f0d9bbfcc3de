// What an operator sees and may do over HTTP: pools, instances, why there are so many, halt, release.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/http.h>
#include "net/http_guard.h"
#include "provision/engine.h"

namespace harbinger::vm_provisioning {

/// `GET /v1/pools`, `/v1/instances`, `/v1/why-scale?pool=POOL`, `POST /v1/halt` and `DELETE /v1/instances?id=ID`, as docs/provisioning_api.md promises, while the object
/// lives. JSON, and tables where the client would rather have text/plain. No page shows a tag.
class ProvisioningPages {
 public:
  using Engine = std::function<std::shared_ptr<provision::ProvisioningEngine>()>;
  /// `engine` is asked at each request; it may have none.
  ProvisioningPages(std::shared_ptr<HttpServer> server, std::shared_ptr<net::HttpGuard> guard, Engine engine);

 private:
  using Page = HttpResponse (ProvisioningPages::*)(const HttpRequest&, provision::ProvisioningEngine&) const;
  void add(const char* path, HttpMethods methods, Page page);
  HttpResponse answer(const HttpRequest& request, Page page);
  HttpResponse pools(const HttpRequest& request, provision::ProvisioningEngine& engine) const;
  HttpResponse instances(const HttpRequest& request, provision::ProvisioningEngine& engine) const;
  HttpResponse why(const HttpRequest& request, provision::ProvisioningEngine& engine) const;
  HttpResponse halt(const HttpRequest& request, provision::ProvisioningEngine& engine) const;

  const std::shared_ptr<HttpServer> server_;
  const std::shared_ptr<net::HttpGuard> guard_;
  const Engine engine_;
  std::vector<HttpServer::Route> routes_;  // last: gone first
};

}  // namespace harbinger::vm_provisioning
