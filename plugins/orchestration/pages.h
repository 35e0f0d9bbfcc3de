// What an operator sees and decides over HTTP, and what sensors and applications tell there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/http.h>
#include "net/http_guard.h"
#include "orchestrate/engine.h"
#include "plugins/orchestration/intake.h"

namespace harbinger::orchestration {

/// The routes of docs/orchestration_api.md, while the object lives. JSON, and tables where the client would rather have text/plain. GETs need the scope `read`, POSTs
/// `write`.
class OrchestrationPages {
 public:
  static constexpr const char* kFirst = "/v1/orchestration/state";

  /// Both are asked at each request; null until orchestration has begun.
  struct Behind {
    std::function<std::shared_ptr<orchestrate::OrchestrationEngine>()> engine;
    std::function<std::shared_ptr<Intake>()> intake;
  };
  OrchestrationPages(std::shared_ptr<HttpServer> server, std::shared_ptr<net::HttpGuard> guard, Behind behind);

 private:
  struct Call {
    const HttpRequest& request;
    orchestrate::OrchestrationEngine& engine;
    Intake& intake;
  };
  using Page = HttpResponse (*)(const Call& call);
  void look(const char* path, Page page);
  void act(const char* path, Page page, std::size_t most_body);
  void add(const char* path, HttpMethods methods, Page page);
  HttpResponse answer(const HttpRequest& request, Page page) const;

  static HttpResponse state(const Call& call);
  static HttpResponse plan(const Call& call);
  static HttpResponse history(const Call& call);
  static HttpResponse why(const Call& call);
  static HttpResponse resources(const Call& call);
  static HttpResponse user(const Call& call);
  static HttpResponse approve(const Call& call);
  static HttpResponse deny(const Call& call);
  static HttpResponse halt(const Call& call);
  static HttpResponse resume(const Call& call);
  static HttpResponse label(const Call& call);
  static HttpResponse activity(const Call& call);
  static HttpResponse claim(const Call& call);
  static HttpResponse release(const Call& call);

  const std::shared_ptr<HttpServer> server_;
  const std::shared_ptr<net::HttpGuard> guard_;
  const Behind behind_;
  std::vector<HttpServer::Route> routes_;  // last: gone first
};

}  // namespace harbinger::orchestration
