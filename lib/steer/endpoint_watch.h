// Endpoints that are looked at: what comes of the looks goes into the book and to the learnt ways.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include "net/probe.h"
#include "steer/health.h"
#include "steer/steering_service.h"

namespace harbinger::steer {

/// Probes endpoints while it lives. Any thread.
class EndpointWatch {
 public:
  /// `here` is the group that this machine is in: its ways are learnt like those of clients. `service` and `metrics` outlive it.
  EndpointWatch(SteeringService& service, ClientGroup here, const Clock& clock, Metrics& metrics, Logger log = {});
  ~EndpointWatch();

  /// An endpoint is looked at in one way; a second call replaces it.
  void watch(const std::string& endpoint, net::ProbeSettings settings);

  struct State {
    std::string endpoint{};
    net::ProbeSettings::Kind kind{};
    net::ProbeResult last{};
    MonotonicTime at{};
    std::uint64_t looks = 0, failed = 0, changes = 0;  ///< looks that could not be made have not failed
  };
  /// By name. Before its first result an endpoint has no looks.
  std::vector<State> states() const;

 private:
  struct Watched;
  void take(Watched& watched, const net::ProbeResult& result);
  void tell_unable(Watched& watched, const net::ProbeResult& result);

  SteeringService& service_;
  const ClientGroup here_;
  const Clock& clock_;
  Metrics& metrics_;
  const Logger log_;
  mutable std::mutex lock_;
  std::map<std::string, std::unique_ptr<Watched>> watched_;
  std::unique_ptr<net::Prober> prober_;
};

}  // namespace harbinger::steer
