// The HTTP interface of mirroring: settings, state, and events from outside.
#pragma once

#include <memory>

#include <harbinger/clock.h>
#include <harbinger/http.h>
#include <harbinger/log.h>
#include "mirror/config_store.h"
#include "mirror/pdme_source.h"
#include "net/http_guard.h"

namespace harbinger::mirror {

/// What the pages need; everything that is pointed at outlives them.
struct PdmeParts {
  std::shared_ptr<HttpServer> server{};
  std::shared_ptr<net::HttpGuard> guard{};
  std::shared_ptr<ConfigStore> store{};
  PdmeSource* source = nullptr;
  const Clock* clock = nullptr;
  Logger log{};
};

/// `GET, PUT /pdme/config`, `GET /pdme/stats`, `/pdme/mirrors`, `/pdme/why?name=...&cluster=...`, `/pdme/openapi.json` and
/// `POST /v1/events/external`, as docs/mirroring_api.md promises, while the object lives. JSON, and tables where the client would rather have text/plain.
class PdmePages {
 public:
  explicit PdmePages(PdmeParts parts);
  ~PdmePages();
  PdmePages(const PdmePages&) = delete;
  PdmePages& operator=(const PdmePages&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger::mirror
