#include "server/replay/forecast_bursts.h"

#include <algorithm>

namespace harbinger::replay {

namespace {

constexpr double kDayMs = 86'400'000;

}  // namespace

void BurstReport::add(const BurstReport& other) {
  windows += other.windows;
  found += other.found;
  false_alarms += other.false_alarms;
  days += other.days;
  delays_s.insert(delays_s.end(), other.delays_s.begin(), other.delays_s.end());
}

double BurstReport::delay_s() const {
  if (delays_s.empty()) return 0;
  auto sorted = delays_s;
  std::ranges::sort(sorted);
  return sorted[sorted.size() / 2];
}

void BurstJudge::see(UnixMillis from, UnixMillis until, bool bursts) {
  if (!seen_) first_ = from;
  seen_ = true;
  last_ = until;
  bool inside = false;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (until <= windows_[i].from || from > windows_[i].until) continue;
    inside = true;
    if (bursts && found_[i] == 0) found_[i] = until;
  }
  if (!inside) outside_ms_ += until - from;
  false_alarms_ += !inside && bursts && !bursting_;
  bursting_ = bursts;
}

BurstReport BurstJudge::report() const {
  BurstReport report{.false_alarms = false_alarms_, .days = static_cast<double>(outside_ms_) / kDayMs};
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i].from < first_ || windows_[i].from >= last_) continue;
    ++report.windows;
    if (found_[i] == 0) continue;
    ++report.found;
    report.delays_s.push_back(static_cast<double>(found_[i] - windows_[i].from) / 1000);
  }
  return report;
}

}  // namespace harbinger::replay
