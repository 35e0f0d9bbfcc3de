// What the server counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <harbinger/metrics.h>
#include "edge/rpc/tidy.h"

namespace harbinger::edge {

/// Any thread.
class HubCounts {
 public:
  enum class What : std::uint8_t { status, latency, access, done, line, report, limit };

  /// Null: nothing is counted.
  explicit HubCounts(Metrics* metrics);

  /// A part came. True when it may be used.
  bool count(What what, Found found) const;
  /// The metrics do not ask for the number of sessions any more.
  void end() { gauge_.reset(); }

  Counter joined, refused;  ///< sessions
  Counter shed;             ///< jobs and lines, for edges that were too slow
  Counter messages;         ///< that could not be read, or were too large
  std::atomic<std::size_t> sessions = 0;

 private:
  static constexpr std::size_t kKinds = static_cast<std::size_t>(What::limit);
  std::array<Counter, kKinds> parts_refused_, parts_cut_;
  Metrics::GaugeHandle gauge_;
};

}  // namespace harbinger::edge
