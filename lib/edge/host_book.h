// What is known of the origins, by host.
#pragma once

#include <string_view>

#include <harbinger/access.h>
#include "edge/back_off.h"
#include "edge/two_generations.h"

namespace harbinger::edge {

struct OriginHost {
  BackOff back_off;
  double first_byte_ms = 50;         ///< usually
  MonotonicTime whole_only_until{};  ///< the cache answers with the whole when a part of it is asked for

  void answered(Duration first_byte) {
    first_byte_ms += (static_cast<double>(first_byte.count()) / 1e6 - first_byte_ms) / 8;
  }
};

class HostBook {
 public:
  /// Valid until the next call.
  OriginHost& at(std::string_view host) { return hosts_.at(resource_hash(host)); }

 private:
  TwoGenerations<OriginHost> hosts_{2048};
};

}  // namespace harbinger::edge
