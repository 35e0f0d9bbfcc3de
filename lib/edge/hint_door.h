// The door at which web servers and browsers ask which pages of a site are likely next.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/http.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include "edge/likely.h"

namespace harbinger::edge {

struct HintDoorSettings {
  std::string scheme = "https";  ///< of the site, where its web server does not say (X-Forwarded-Proto)
  bool keep_query = false;       ///< of URLs, as in what is learnt
  double least = 0.1;            ///< probability from which a page is told of
  double immediate = 0.5;  ///< and from which it is fetched without a sign of the user, by browsers that follow rules
  std::size_t most = 8;    ///< pages told of at once
  std::uint64_t most_bytes = 8 << 20;  ///< of all of them together, as far as sizes are known
  /// Patterns, in lower case, of paths that are never told of: fetching them does something. `*` stands for anything.
  std::vector<std::string> skip{"*logout*", "*log-out*", "*signout*", "*sign-out*", "*unsubscribe*"};
  /// Whose word on who the client is and what it asked for is taken, besides the machine itself.
  std::vector<IpPrefix> trusted_proxies{};
  std::size_t connections = 1024;  ///< at once
};

/// What the door works with; all of it must outlive it.
struct HintDoorWorld {
  const Clock* clock = nullptr;
  Metrics* metrics = nullptr;
  Logger log{};
};

/// Handlers for two paths. None of them ever fails a page: what goes wrong is counted, and the answer is that nothing is likely. One request at a
/// time. See docs/edge.md.
class HintDoor {
 public:
  static constexpr std::string_view kHintsPath = "/v1/hints";

  virtual ~HintDoor() = default;
  static std::shared_ptr<HintDoor> make(HintDoorSettings settings, HintDoorWorld world, Likely likely);

  /// For the web server, before it delivers a page: 200 with fields for the page's response (Link, Speculation-Rules), 204 without.
  /// The page is that of X-Original-URI at X-Forwarded-Host (or Host), the client that of X-Real-IP; both believed from trusted peers alone.
  /// Nothing for browsers that save data, for what is no page, and for prefetches, except that a browser that follows rules is told where
  /// those of a prefetched page are: it asks for them when the page is shown.
  virtual HttpResponse hints(const HttpRequest& request) = 0;
  /// For the browser: the document of rules for the page in `for`, or in Referer. Always 200; the document may ask for nothing.
  virtual HttpResponse rules(const HttpRequest& request) = 0;
};

/// Answers both paths on `server` while the returned handles live.
[[nodiscard]] std::vector<HttpServer::Route> serve_hints(HttpServer& server, std::shared_ptr<HintDoor> door,
                                                         const HintDoorSettings& settings);

}  // namespace harbinger::edge
