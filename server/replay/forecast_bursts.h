// Bursts that the demand forecast told of, against times at which something was the matter.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>

namespace harbinger::replay {

struct TimeWindow {
  UnixMillis from = 0, until = 0;
};
/// Windows of each series, by its name.
using Windows = std::map<std::string, std::vector<TimeWindow>>;

/// A JSON object: `{"folder/name.csv": [["2015-03-03 04:37:53", "2015-03-04 13:37:53"]]}`, times as in traces.
Result<Windows> read_windows(const std::string& file);
/// Those of a series; null where nothing is told. A file may be called `folder__name.csv.gz`.
const std::vector<TimeWindow>* windows_of(const Windows& windows, std::string series);

struct BurstReport {
  std::size_t windows = 0, found = 0, false_alarms = 0;
  double days = 0;                 ///< of all series, outside of windows
  std::vector<double> delays_s{};  ///< from the begin of each window that was found to its first burst

  void add(const BurstReport& other);
  double delay_s() const;  ///< median; 0 where none was found
};

/// One series. An alarm is where bursting begins; false where no window is.
class BurstJudge {
 public:
  explicit BurstJudge(std::vector<TimeWindow> windows) : windows_(std::move(windows)), found_(windows_.size()) {}
  /// The interval from `from` until `until` is over; a window that begins before the first of these does not count.
  void see(UnixMillis from, UnixMillis until, bool bursts);
  BurstReport report() const;

 private:
  std::vector<TimeWindow> windows_;
  std::vector<UnixMillis> found_;  // when it was, 0: not yet
  UnixMillis first_ = 0, outside_ms_ = 0, last_ = 0;
  std::size_t false_alarms_ = 0;
  bool seen_ = false, bursting_ = false;
};

}  // namespace harbinger::replay
