// Pictures of results, as SVG.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/replay/results.h"

namespace harbinger::replay {

/// Coverage of the needs against waste, one line for each model, with the oracle as a level.
std::string coverage_plot(const Results& results);

/// Hit rate of the first guess over the judged part of the trace.
std::string hit_rate_plot(const Results& results);

/// A curve of shares over shares.
struct ShareCurve {
  std::string label;
  std::vector<std::pair<double, double>> points;
};
/// Curves in a picture as large as they need; one called `harbinger` is the strong one.
std::string share_plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                       const std::vector<ShareCurve>& curves);
/// Curves of shares over amounts, up to `x_max` and `y_max`; what lies beyond is cut off.
std::string amount_plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                        const std::vector<ShareCurve>& curves, double x_max, double y_max);

}  // namespace harbinger::replay
