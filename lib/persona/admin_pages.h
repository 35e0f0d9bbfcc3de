// What an operator sees of personas over HTTP, and changes.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <harbinger/client_keys.h>
#include <harbinger/clock.h>
#include <harbinger/http.h>
#include <harbinger/persona_engine.h>
#include "persona/reporter_tokens.h"

namespace harbinger::persona {

/// Pages below /v1/personas. All of what it works with outlives it. Any thread, one request at a time; `explain` waits for the engine, half a
/// second at most.
class AdminPages {
 public:
  struct World {
    PersonaEngine* engine = nullptr;
    PersonaAdmin* admin = nullptr;  ///< null: the engine is elsewhere, and so is its operator's door
    std::function<std::vector<PersonaProfile>()> list;
    const ClientKeys* keys = nullptr;
    const Clock* clock = nullptr;
  };
  /// Who presents one of `tokens` may change things; where there are none, whoever asks from this machine may, but for web pages.
  AdminPages(World world, ReporterTokens tokens);

  /// GET /v1/personas: all, as a table, or as JSON to who accepts it. `?persona=NAME`: that one alone.
  HttpResponse list(const HttpRequest& request) const;
  /// GET /v1/personas/explain?client=ADDRESS: why this client is who it is. A client key in 16 hexadecimal digits will do, too.
  HttpResponse explain(const HttpRequest& request) const;
  /// POST /v1/personas/VERB with a JSON object: rename {persona, name}, pin {persona}, unpin {persona}, split {persona, name}, merge {from, into}.
  HttpResponse change(std::string_view verb, const HttpRequest& request) const;

 private:
  bool may_change(const HttpRequest& request) const;

  const World world_;
  const ReporterTokens tokens_;
};

/// Answers all of the above on `server` while the returned handles live.
[[nodiscard]] std::vector<HttpServer::Route> serve_admin(HttpServer& server, std::shared_ptr<const AdminPages> pages);

}  // namespace harbinger::persona
