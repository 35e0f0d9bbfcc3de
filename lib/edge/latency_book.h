// The shortest round trip between each network of clients and the edge, gathered between two reports.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include <harbinger/address.h>
#include "base/client_network.h"
#include "edge/messages.h"

namespace harbinger::edge {

/// The shortest says most of the way: what is longer waited somewhere. Bounded; not thread-safe.
class LatencyBook {
 public:
  static constexpr std::size_t kMost = 4096;

  void note(const IpAddress& client, float rtt_ms) {
    if (!(rtt_ms > 0)) return;
    const auto network = client_network(client).address;
    if (const auto found = shortest_.find(network); found != shortest_.end())
      found->second = std::min(found->second, rtt_ms);
    else if (shortest_.size() < kMost)
      shortest_.emplace(network, rtt_ms);
  }
  std::vector<Latency> take() {
    std::vector<Latency> all;
    for (const auto& [network, rtt_ms] : shortest_) all.push_back({network, rtt_ms});
    shortest_.clear();
    return all;
  }

 private:
  std::map<IpAddress, float> shortest_;
};

}  // namespace harbinger::edge
