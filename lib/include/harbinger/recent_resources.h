// What each client wanted last: a table that all workers share, read and written while queries are answered.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <harbinger/access.h>
#include <harbinger/clock.h>

namespace harbinger {

/// One cache line for each client. Fixed in size: a client that needs the line of another takes it. Any thread; no lock, no allocation. Two
/// workers that serve one client at the same moment may lose a resource of it, never mix two clients up.
class RecentResources {
 public:
  static constexpr std::size_t kKept = 5;

  struct Settings {
    std::size_t clients = 65'536;                     ///< rounded up to a power of two; 64 bytes each
    Duration session_gap = std::chrono::minutes(30);  ///< after a longer pause nothing is remembered
    std::uint32_t most_per_second = 1000;             ///< accesses of a client; what goes beyond is a flood
  };
  explicit RecentResources(Settings settings);

  /// The latest distinct resources of `client` before now, newest first.
  struct Trail {
    std::array<std::uint64_t, kKept> resources{};
    std::size_t size = 0;
    bool has(std::uint64_t resource) const noexcept;
    /// The newest that is not `current`; 0 when there is none.
    std::uint64_t before(std::uint64_t current) const noexcept;
  };
  Trail of(ClientKey client, MonotonicTime now) const noexcept;

  /// The client's line will be needed soon.
  void prepare(ClientKey client) const noexcept { __builtin_prefetch(&line_of(client), 1); }

  /// `client` wanted `resource`. False for a client that floods: it is remembered no more this second, and should not be learnt from.
  bool note(ClientKey client, std::uint64_t resource, MonotonicTime now) noexcept;

 private:
  // `seen`: second of the latest access in the high half, accesses within it in the low half. Second 0 stands for nobody.
  struct alignas(64) Line {
    std::atomic<std::uint64_t> version{0};  ///< odd while a worker writes
    std::atomic<std::uint64_t> client{0}, seen{0};
    std::array<std::atomic<std::uint64_t>, kKept> resources{};
  };
  Line& line_of(ClientKey client) const noexcept { return lines_[client & mask_]; }
  bool ended(std::uint64_t seen, std::uint64_t second) const noexcept;
  bool write(Line& line, ClientKey client, std::uint64_t resource, std::uint64_t second) const noexcept;

  const std::uint64_t gap_s_;
  const std::uint32_t most_per_second_;
  const std::size_t mask_;
  const std::unique_ptr<Line[]> lines_;
};

}  // namespace harbinger
