// How much speculation may cost: token buckets for requests and bytes, one for all, one for each client and each resource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <harbinger/clock.h>

namespace harbinger {

/// What refills per second and what a bucket holds at most. 0 per second: no limit.
struct Rate {
  double per_second = 0;
  double burst = 0;
};

/// Every speculative act takes from here first. Any thread; no lock, no allocation: the buckets of clients and resources are two
/// fixed tables of atomics, in which strangers that share a slot share its budget.
class TokenBudget {
 public:
  struct Settings {
    Rate requests_global{}, bytes_global{};
    Rate requests_per_client{}, bytes_per_client{};
    Rate requests_per_resource{}, bytes_per_resource{};
    std::size_t slots = 65'536;  ///< of each table; 16 bytes each
  };
  enum class Limit : std::uint8_t { none, client, resource, global };

  explicit TokenBudget(const Settings& settings);
  ~TokenBudget();

  /// Takes one request and `bytes`; `none`, or which limit stood against it (then nothing is taken). `client` and `resource` may be 0:
  /// not counted there.
  Limit take(std::uint64_t client, std::uint64_t resource, std::uint64_t bytes, MonotonicTime now) noexcept;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace harbinger
