// Series of counts, as the demand forecast is judged on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "server/replay/complaints.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// Counts of one thing, interval by interval.
struct CountSeries {
  std::string name;
  std::vector<double> counts{};
};

/// Series that run beside each other, and are forecast together as those of one cluster.
struct SeriesGroup {
  std::int64_t interval_s = 0;
  UnixMillis from = 0;  ///< where the first interval begins
  std::vector<CountSeries> series{};

  std::size_t steps() const { return series.empty() ? 0 : series.front().counts.size(); }
};

/// Rows `time,value`, or counts of one second each with spaces between them. Intervals are as long as rows lie apart mostly (a minute for counts by the second), or
/// `interval_s` if that is not 0. An interval without a row is as the one before it.
Result<SeriesGroup> read_series(const std::string& file, std::int64_t interval_s, Complaints& complaints);

/// Rows of seconds and of what arrived in the five minutes before: words with commas between them, of which `|` stands between batches. All files are one series.
Result<SeriesGroup> read_arrivals(const std::vector<std::string>& files, std::int64_t interval_s,
                                  Complaints& complaints);

/// How often each of the `top` resources that are wanted most was wanted.
SeriesGroup count_series(const Trace& trace, std::size_t top, std::int64_t interval_s);

}  // namespace harbinger::replay
