// CPUs from counters.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// What an instance uses of CPUs between two looks at a counter of nanoseconds. Any thread; bounded.
class CpuCounter {
 public:
  /// In CPUs; 0 at the first look, and when the counter has begun anew.
  double cpus(const std::string& id, double cpu_ns, MonotonicTime now);
  void forget(const std::string& id);

 private:
  struct Look {
    double cpu_ns = 0;
    MonotonicTime at{};
  };
  std::mutex mutex_;
  std::map<std::string, Look> looks_;
};

}  // namespace harbinger::provision
