#include "provision/cpu_counter.h"

#include <utility>

namespace harbinger::provision {

double CpuCounter::cpus(const std::string& id, double cpu_ns, MonotonicTime now) {
  constexpr std::size_t kMost = 20'000;
  const std::lock_guard lock(mutex_);
  if (looks_.size() >= kMost) looks_.clear();
  auto& last = looks_[id];
  const Look before = std::exchange(last, {cpu_ns, now});
  const double passed = static_cast<double>((now - before.at).count());
  if (before.at == MonotonicTime() || passed <= 0 || cpu_ns < before.cpu_ns) return 0;
  return (cpu_ns - before.cpu_ns) / passed;
}

void CpuCounter::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  looks_.erase(id);
}

}  // namespace harbinger::provision
