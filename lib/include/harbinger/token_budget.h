// How much speculation may cost: limits on requests and bytes, for everything together, for each client and for each resource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <harbinger/clock.h>

namespace harbinger {

/// What refills per second, and what is there at most. 0 per second: no limit. Burst 0: what refills in a second, at least one.
struct Rate {
  double per_second = 0;
  double burst = 0;
};

/// Every speculative act takes from here first. Any thread; no lock, no allocation, no system call: the buckets of clients and resources
/// are two fixed tables of atomics, in which strangers that share a slot share its budget. However many threads take at once, no more is
/// given than what a bucket held and what refilled. Time may jump: ahead fills buckets, back by more than a second begins with empty ones.
class TokenBudget {
 public:
  struct Settings {
    Rate requests_global{}, bytes_global{};
    Rate requests_per_client{}, bytes_per_client{};
    Rate requests_per_resource{}, bytes_per_resource{};
    std::size_t slots = 65'536;  ///< of each table, rounded up to a power of two; 16 bytes each
  };
  enum class Limit : std::uint8_t { none, client, resource, global };

  explicit TokenBudget(const Settings& settings);
  ~TokenBudget();

  /// Takes one request and `bytes`; `none`, or which limit stood against it (then nothing is taken). More bytes than a burst are never
  /// given. `client` and `resource` may be 0: not counted there.
  Limit take(std::uint64_t client, std::uint64_t resource, std::uint64_t bytes, MonotonicTime now) noexcept;

  /// What could be taken now; infinite where there is no limit. For explanations; others may take it meanwhile.
  struct Left {
    double requests = 0, bytes = 0;
  };
  /// `key` is the client or resource, and nothing for `global`.
  Left left(Limit which, std::uint64_t key, MonotonicTime now) const noexcept;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace harbinger
