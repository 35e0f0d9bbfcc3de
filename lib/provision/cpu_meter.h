// Processor time between two looks.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include <harbinger/clock.h>

namespace harbinger::provision {

/// By instance. Any thread.
class CpuMeter {
 public:
  /// So many ticks were used until `at`, by an instance that began at the tick `start`; how many processors that is since the last look, or, at the
  /// first one, since it began.
  double used(const std::string& id, std::uint64_t ticks, std::uint64_t start, MonotonicTime at);
  void forget(const std::string& id);

 private:
  struct Look {
    std::uint64_t ticks = 0;
    MonotonicTime at{};
    double cpus = 0;
  };
  std::mutex lock_;
  std::map<std::string, Look> looks_;
};

}  // namespace harbinger::provision
