// Endpoints: who can serve a resource, what is fixed about them, and how they are at present.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/name.h>
#include <harbinger/place.h>

namespace harbinger::steer {

/// Number of an endpoint in this process: dense, and the same for the same name until the process ends.
using EndpointId = std::uint16_t;
inline constexpr EndpointId kNoEndpoint = 0xffff;
inline constexpr std::size_t kMostEndpoints = 4096;

/// What is fixed about an endpoint. Facts that nobody gave stay as they are here; a filter that looks at such a fact leaves the endpoint in.
struct Endpoint {
  std::string name;  ///< "fra1": letters, digits, `-`, `_`, `.`; unique in the process
  Name target{};     ///< the second identifier, what a CNAME or SVCB names; root: addresses only
  std::vector<IpAddress> addresses{};
  std::uint16_t port = 0;  ///< where it serves; 0: the scheme's own
  std::string provider{};  ///< the CDN or operator that it belongs to; empty when not said
  std::string cluster{};   ///< edges of one location and class; empty when not said
  Place place{};
  double cost = std::numeric_limits<double>::quiet_NaN();  ///< per GB, in any one currency
  double weight = 1;                                       ///< share of clients, at least 0
  double capacity = 0;                                     ///< requests a second; 0 when not known
  std::vector<std::string> personas{};                     ///< names of personas that it is for; empty: all
  bool probed = false;  ///< looked at by us: whether it is up is for probes to say, and not for the end of its session

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// How it is at present. Several may testify; see EndpointBook.
struct EndpointState {
  bool up = true;
  float load = std::numeric_limits<float>::quiet_NaN();  ///< 0 idle .. 1 full, may be more; NaN when not known
  std::string why{};                                     ///< why it is down, or the last word of who said that it is up
  MonotonicTime since{};                                 ///< of the last change of `up`
  float unrest = 0;                                      ///< how often `up` changed in the last minutes, fading
};

}  // namespace harbinger::steer
