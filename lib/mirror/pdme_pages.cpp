#include "mirror/pdme_pages.h"

#include <utility>
#include <vector>

#include "base/calendar.h"
#include "mirror/audit_line.h"
#include "mirror/external_events.h"
#include "mirror/pdme_json.h"
#include "mirror/pdme_openapi.h"
#include "mirror/pdme_text.h"
#include "mirror/refusal_limit.h"

namespace harbinger::mirror {

namespace {

using net::HttpCaller;
using net::HttpGuard;
using net::HttpScope;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostConfig = 2u << 20, kMostEvents = 512u << 10;
constexpr const char* kJson = "application/json";

HttpResponse as_json(unsigned status, const ordered_json& value) {
  return {status, value.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n', kJson};
}

HttpResponse trouble(unsigned status, std::string_view what, const Complaints& complaints = {}) {
  return {status, complaints_text(what, complaints), kJson};
}

HttpResponse with_etag(const ConfigVersion& version) {
  return {200, settings_text(version.settings), kJson, {{"ETag", version.etag}}};
}

bool wants_text(const HttpRequest& request) { return request.accept.find("text/plain") != std::string_view::npos; }

bool is_json(const HttpRequest& request) {
  const auto type = request.field("Content-Type");
  const auto kind = type.substr(0, type.find(';'));
  return kind.substr(0, kind.find_last_not_of(" \t") + 1) == kJson;
}

unsigned status_of(ConfigStore::Refused reason) {
  switch (reason) {
    case ConfigStore::Refused::unconditional:
      return 428;  // RFC 6585 sec. 3
    case ConfigStore::Refused::stale:
      return 412;
    case ConfigStore::Refused::no_room:
      return 507;
    case ConfigStore::Refused::failed:
      return 500;
  }
  return 500;
}

Author author_of(const HttpCaller& caller) { return {caller.name, caller.from.to_string()}; }

}  // namespace

// Handlers run one at a time, on the server's thread.
class PdmePages::Impl {
 public:
  explicit Impl(PdmeParts parts) : parts_(std::move(parts)), openapi_(pdme_openapi()) {
    routes_.push_back(parts_.server->route("/pdme/config", {.most_put = kMostConfig},
                                           [this](const HttpRequest& request) { return config(request); }));
    routes_.push_back(parts_.server->route("/v1/events/external", {.get = false, .most_body = kMostEvents},
                                           [this](const HttpRequest& request) { return events(request); }));
    page("/pdme/stats", &Impl::stats);
    page("/pdme/mirrors", &Impl::mirrors);
    page("/pdme/why", &Impl::why);
    page("/pdme/openapi.json", &Impl::openapi);
  }

 private:
  using Page = HttpResponse (Impl::*)(const HttpRequest&) const;

  void page(const char* path, Page shows) {
    auto handler = [this, shows](const HttpRequest& request, const HttpCaller&) { return (this->*shows)(request); };
    routes_.push_back(parts_.server->route(path, HttpGuard::wrap(parts_.guard, HttpScope::read, std::move(handler))));
  }

  HttpResponse stats(const HttpRequest& request) const {
    auto stats = parts_.source->stats();
    stats.dry_run |= parts_.store->current()->settings.dry_run;
    if (wants_text(request)) return {200, stats_text(stats)};
    return as_json(200, stats_json(stats));
  }

  HttpResponse mirrors(const HttpRequest& request) const {
    const auto mirrors = parts_.source->mirrors();
    if (wants_text(request)) return {200, mirrors_text(mirrors)};
    return as_json(200, mirrors_json(mirrors));
  }

  HttpResponse why(const HttpRequest& request) const {
    const auto name = resource_in(request.value("name"));
    if (name.empty()) return trouble(400, "say which resource: /pdme/why?name=film.video.example.org");
    const auto reasons = parts_.source->why(name, request.value("cluster"));
    if (reasons.empty())
      return trouble(404, "mirroring knows nothing of this resource: nobody has asked for it of late");
    if (wants_text(request)) return {200, reasons_text(name, reasons)};
    return as_json(200, reasons_json(name, reasons));
  }

  HttpResponse openapi(const HttpRequest&) const { return {200, openapi_, kJson}; }

  // As resources are written: in lower case without the last dot.
  static std::string resource_in(std::string name) {
    if (name.find("://") != std::string::npos) return name;
    for (auto& each : name)
      if (each >= 'A' && each <= 'Z') each = static_cast<char>(each + 32);
    if (name.ends_with('.')) name.pop_back();
    return name;
  }

  HttpResponse config(const HttpRequest& request) {
    const bool changes = request.method == HttpMethod::put;
    const auto caller = parts_.guard->check(request, changes ? HttpScope::write : HttpScope::read);
    if (!caller) return changes ? unproved("config", request, caller.error()) : caller.error().response;
    return changes ? put(request, *caller) : with_etag(*parts_.store->current());
  }

  HttpResponse put(const HttpRequest& request, const HttpCaller& caller) {
    if (!is_json(request))
      return refuse("config", caller, trouble(415, "settings come as application/json"), "not JSON");
    const auto document = parse_json(request.body);
    if (!document) return refuse("config", caller, trouble(400, document.error().message), "no JSON");
    const auto settings = read_settings(*document);
    if (!settings)
      return refuse("config", caller, trouble(422, "the settings are wrong; nothing was applied", settings.error()),
                    "wrong fields");
    const auto changed = parts_.store->replace(*settings, request.field("If-Match"), author_of(caller));
    if (changed) return with_etag(**changed);
    const auto& [reason, why] = changed.error();
    return refuse("config", caller, trouble(status_of(reason), why), why);
  }

  HttpResponse events(const HttpRequest& request) {
    const auto caller = parts_.guard->check(request, HttpScope::write);
    if (!caller) return unproved("events", request, caller.error());
    if (!is_json(request))
      return refuse("events", *caller, trouble(415, "events come as application/json"), "not JSON");
    const auto body = parse_json(request.body);
    if (!body) return refuse("events", *caller, trouble(400, body.error().message), "no JSON");
    const auto told = read_external_events(*body, now());
    if (!told)
      return refuse("events", *caller, trouble(422, "events are wrong; none was taken", told.error()), "wrong fields");
    return take(*told, *caller);
  }

  // The log first, as for settings.
  HttpResponse take(const std::vector<ExternalEvent>& events, const HttpCaller& caller) {
    const auto line =
        audit_line({.what = "events", .outcome = "applied", .author = author_of(caller), .events = events}, now());
    if (const auto written = parts_.store->audit().write(line); !written)
      return trouble(written.error().code == ErrorCode::too_large ? 507 : 500, written.error().message);
    const auto taken = parts_.source->expect(events);
    return as_json(202, {{"taken", taken}, {"unknown", events.size() - taken}});
  }

  HttpResponse unproved(const char* what, const HttpRequest& request, const HttpGuard::Refusal& refusal) {
    return refuse(what, {refusal.name, request.peer}, refusal.response, refusal.why);
  }

  HttpResponse refuse(const char* what, const HttpCaller& caller, HttpResponse response, std::string why) {
    if (const auto held_back = limit_.let_through(parts_.clock->now())) {
      const auto line = audit_line({.what = what,
                                    .outcome = "refused",
                                    .author = author_of(caller),
                                    .why = std::to_string(response.status) + ": " + std::move(why),
                                    .held_back = *held_back},
                                   now());
      if (const auto written = parts_.store->audit().write(line); !written)
        parts_.log.error("audit", written.error().message);
    }
    return response;
  }

  UnixMillis now() const { return calendar_ms(*parts_.clock); }

  const PdmeParts parts_;
  const std::string openapi_;
  RefusalLimit limit_;
  std::vector<HttpServer::Route> routes_;  // last: gone first
};

PdmePages::PdmePages(PdmeParts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}

PdmePages::~PdmePages() = default;

}  // namespace harbinger::mirror
