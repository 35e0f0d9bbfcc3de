// What orders add to the bounds of a Deployment that is somebody else's, as it is written beside them, so that it can be taken back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <harbinger/result.h>
#include "orchestrate/need.h"

namespace harbinger::orchestrate {

/// Of a HorizontalPodAutoscaler; of a Deployment without one, both are its replicas.
struct Bounds {
  std::uint32_t least = 1, most = 1;
  friend bool operator==(const Bounds&, const Bounds&) = default;
};

/// Several orders may add to the same bounds: the lower one is raised by what they need together.
struct AdjustedBounds {
  Bounds was{};  ///< before us
  Bounds set{};  ///< by us
  std::map<std::string, Need> orders{};

  /// Nothing for what is not written by write().
  static std::optional<AdjustedBounds> read(const std::string& text);
  std::string write() const;
};

/// The bounds with an order added, or with another count of it. `now` is what they are: when somebody changed them since we did, that is what they were before us. `most`: how far the upper bound
/// may be raised. `too_large` beyond it.
Result<AdjustedBounds> with_order(const std::optional<AdjustedBounds>& known, Bounds now, const std::string& id,
                                  const Need& need, std::uint32_t most);
/// Without an order. When it was the last, `set` is what was before us.
AdjustedBounds without_order(const AdjustedBounds& known, Bounds now, const std::string& id);

}  // namespace harbinger::orchestrate
