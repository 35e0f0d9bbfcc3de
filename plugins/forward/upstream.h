// The servers that are asked: what is known about each, and whom to ask first.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/metrics.h>
#include <harbinger/random.h>
#include <harbinger/rr.h>

namespace harbinger::forward {

/// Why a try failed.
enum class Failure : std::uint8_t { timeout, unreachable, malformed, local };
inline constexpr std::size_t kFailures = 4;

/// What is counted for one upstream. Default-made, it counts nothing.
struct UpstreamMetrics {
  UpstreamMetrics() = default;
  UpstreamMetrics(Metrics& metrics, const std::string& to);

  Counter& response(Rcode rcode);

  Counter requests, probe_failures;
  std::array<Counter, 7> responses;  // the six codes of RFC 1035, and all others
  std::array<Counter, kFailures> failures;
  Histogram duration;
};

/// One server. All workers tell it how it did; nothing in here waits or locks.
class Upstream {
 public:
  explicit Upstream(const SocketAddress& where, UpstreamMetrics counters = {}) : address(where), metrics(counters) {}

  /// It replied: it is up, and not failing any more.
  void replied(Duration took);
  /// It did not. True when this took it down: after `max_fails` in a row (0: never).
  bool failed(unsigned max_fails);

  bool is_up() const { return !down_.load(std::memory_order_relaxed); }
  /// Moving average of its reply times; 0 when it never replied.
  Duration usual_time() const { return Duration(usual_ns_.load(std::memory_order_relaxed)); }

  /// True for the one who shall probe it until `probed`.
  bool begin_probing() { return !probing_.exchange(true, std::memory_order_acq_rel); }
  void probed() { probing_.store(false, std::memory_order_release); }

  const SocketAddress address;
  UpstreamMetrics metrics;

 private:
  std::atomic<std::int64_t> usual_ns_{0};
  std::atomic<unsigned> fails_{0};
  std::atomic<bool> down_{false}, probing_{false};
};

using Upstreams = std::vector<std::shared_ptr<Upstream>>;

/// More are not looked at.
inline constexpr std::size_t kMostUpstreams = 32;

enum class Policy : std::uint8_t { random, round_robin, sequential, fastest };

/// Indices of upstreams in the order in which to ask them.
struct Order {
  std::array<std::uint8_t, kMostUpstreams> index;
  std::size_t size = 0;
};

/// Those that are up, by policy, then those that are down, by chance. `turn` counts questions, for round_robin.
Order order_of(std::span<const std::shared_ptr<Upstream>> upstreams, Policy policy, std::uint64_t turn, Random& random);

/// How long a try waits before the next upstream gets its chance.
Duration patience(Duration usual_time, Duration timeout);

}  // namespace harbinger::forward
