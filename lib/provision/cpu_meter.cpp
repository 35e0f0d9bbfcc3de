#include "provision/cpu_meter.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace harbinger::provision {
namespace {

double ticks_per_second() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double seconds_since(std::uint64_t start) {
  timespec up{};
  clock_gettime(CLOCK_BOOTTIME, &up);
  return static_cast<double>(up.tv_sec) + static_cast<double>(up.tv_nsec) / 1e9 -
         static_cast<double>(start) / ticks_per_second();
}

}  // namespace

double CpuMeter::used(const std::string& id, std::uint64_t ticks, std::uint64_t start, MonotonicTime at) {
  const std::lock_guard guard(lock_);
  const auto [found, is_first] = looks_.try_emplace(id);
  auto& last = found->second;
  if (!is_first && at <= last.at) return last.cpus;  // the same moment of the machine
  const double seconds = is_first ? seconds_since(start) : std::chrono::duration<double>(at - last.at).count();
  const double used = ticks > last.ticks ? static_cast<double>(ticks - last.ticks) / ticks_per_second() : 0;
  last = {.ticks = ticks, .at = at, .cpus = used / std::max(seconds, 0.01)};
  return last.cpus;
}

void CpuMeter::forget(const std::string& id) {
  const std::lock_guard guard(lock_);
  looks_.erase(id);
}

}  // namespace harbinger::provision
