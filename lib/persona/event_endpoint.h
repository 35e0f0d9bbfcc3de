// Events over HTTP: POST /v1/events for browsers and applications, GET /v1/harbinger.js for the browsers' script.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/client_keys.h>
#include <harbinger/clock.h>
#include <harbinger/http.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "persona/event_sink.h"

namespace harbinger::persona {

struct EventEndpointSettings {
  std::vector<std::string> origins = {};       ///< pages that may report besides those of our own host; see may_report
  std::vector<IpPrefix> trusted_proxies = {};  ///< whose word on the client's address is taken
  bool keep_query_strings = false;             ///< of URLs
  double sampling = 1;                         ///< share of the clients that is heard, 0 to 1
  double most_per_second = 50'000;             ///< events of everybody; 0: no limit
  double most_per_client = 50;                 ///< events a second, of one that reports for itself; 0: no limit
  std::optional<std::filesystem::path> tokens = {};  ///< of reporters that are no browsers; see ReporterTokens
  std::size_t most_body = 64 << 10;                  ///< octets of a report
  std::size_t connections = 1024;                    ///< at once
};

/// What the endpoint works with; all of it must outlive it.
struct EventEndpointWorld {
  const ClientKeys* keys = nullptr;
  const Clock* clock = nullptr;
  Metrics* metrics = nullptr;
  EventSink sink = {};
};

/// Handlers for the two paths. Everything that is kept of an event passes event_door.h; see docs/sensors.md. Any thread, one request at a time.
class EventEndpoint {
 public:
  static constexpr std::string_view kEventsPath = "/v1/events", kScriptPath = "/v1/harbinger.js";

  virtual ~EventEndpoint() = default;

  /// Errors: those of the file of tokens.
  static Result<std::shared_ptr<EventEndpoint>> make(EventEndpointSettings settings, EventEndpointWorld world);

  /// Answers a POST or a preflight.
  virtual HttpResponse events(const HttpRequest& request) = 0;
  /// Answers with the script.
  virtual HttpResponse script() const = 0;
};

/// Answers both paths on `server` while the returned handles live.
[[nodiscard]] std::vector<HttpServer::Route> serve_events(HttpServer& server, std::shared_ptr<EventEndpoint> endpoint,
                                                          const EventEndpointSettings& settings);

}  // namespace harbinger::persona
