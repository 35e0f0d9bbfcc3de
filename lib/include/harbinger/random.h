// Unpredictable numbers for ids, ports and keys.
#pragma once

#include <cstdint>
#include <span>

namespace harbinger {

/// Source of random numbers. The system's is a CSPRNG; tests script theirs.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

/// The kernel's CSPRNG, buffered per thread. Thread-safe.
Random& system_random();

}  // namespace harbinger
