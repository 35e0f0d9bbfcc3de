// What others say about endpoints and the ways to them, over HTTP.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/http.h>
#include <harbinger/metrics.h>
#include <harbinger/place.h>
#include "steer/steering_service.h"

namespace harbinger::steer {

struct FeedSettings {
  std::optional<std::filesystem::path> tokens{};  ///< a token a line; without it, whoever tells from this machine
  std::vector<IpPrefix> trusted_proxies{};        ///< whose word on a browser's address is taken
  std::vector<std::string> origins{};             ///< of pages that may tell, besides those of our own host
};

/// `POST /v1/feeds/endpoints`: an object, or an array of up to 1000: `endpoint`, and of `up`, `load`, `why`, `ttl` what is known. What is said
/// holds for `ttl` seconds (1 .. 3600; 30 if left out), then nothing is known any more.
/// `POST /v1/feeds/latency`: as above: `endpoint`, `rtt_ms`, `clients` (an address or a net).
/// `POST /v1/feeds/rum`: from a browser, for itself: `endpoint`, `rtt_ms`. A few a second from each client.
/// All of a body is taken in, or nothing and the response says where it is wrong. Any thread.
class Feeds {
 public:
  struct World {
    SteeringService* service = nullptr;
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    std::function<Place(const IpAddress&)> place{};  ///< where an address is; may be empty
  };
  /// `service`, `clock` and `metrics` outlive it. Errors: those of the file of tokens.
  static Result<std::unique_ptr<Feeds>> open(std::shared_ptr<HttpServer> server, const FeedSettings& settings,
                                             World world);
  virtual ~Feeds() = default;
};

/// The group of clients that an address is in, by its place where that is known.
ClientGroup group_of(const IpAddress& address, const Place& place);

}  // namespace harbinger::steer
