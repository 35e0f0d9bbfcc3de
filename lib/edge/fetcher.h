// Fills a cache by asking it for what is wanted soon.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include <harbinger/token_budget.h>
#include "edge/messages.h"

namespace harbinger::edge {

/// The prefetch queue of an edge and who works it off: GET requests through the cache (`Sec-Purpose: prefetch`), so that the cache itself decides what it
/// keeps. The most worthwhile first; one flight per fragment; none for what the cache holds already; clients come first. A thread of its own.
class Fetcher {
 public:
  struct Settings {
    SocketAddress cache{};              ///< where the cache listens, over HTTP
    std::size_t fewest = 4, most = 32;  ///< requests at a time; between them as demand and the link allow
    std::size_t waiting = 4096;
    std::uint64_t bytes_per_second = 0;          ///< of the link towards the origin; 0: learnt
    double most_share = 0.5;                     ///< of the link that prefetching may use while clients use it
    std::uint64_t most_bytes = 16 << 20;         ///< of one resource; larger ones are left after that many
    std::chrono::milliseconds patience{10'000};  ///< for a response to begin, and for each part of it
    TokenBudget::Settings budget{};
    std::string host_of_origin{};  ///< Host field where a resource has no host
    /// Accept-Encoding of whole resources: as the clients' browsers write it, since a cache keeps an answer that varies with it for each.
    std::string accept_encoding = "gzip, deflate, br, zstd";
  };
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };
  using Done = std::function<void(const JobDone&)>;

  static Result<std::unique_ptr<Fetcher>> start(const Settings& settings, const World& world);
  virtual ~Fetcher() = default;

  /// Takes a job. `done` is called once: on the fetcher's thread, at once on this one, or by who ends the fetcher. It must not throw. Any thread; never
  /// blocks.
  virtual void offer(Job job, Done done = {}) = 0;

  /// What a client fetched through the cache, by its log: a job for it that waits is over (wanted_first), what it tells of the cache and
  /// the link is noted. Any thread.
  struct Foreground {
    std::string_view resource;  ///< URL, or a part of one
    std::uint64_t bytes = 0;
    std::uint32_t took_ms = 0;
    bool hit = false;      ///< the cache had it
    bool keepable = true;  ///< the cache may have kept it: a GET that went well
  };
  virtual void foreground(const Foreground& what) = 0;

  struct State {
    std::size_t waiting = 0, in_flight = 0, workers = 0;
    std::uint64_t fetched = 0, cached = 0, useful = 0, failed = 0, bytes = 0;
    bool in_trouble = false;  ///< the cache or its origin does not answer: jobs wait, or are refused
  };
  virtual State state() const = 0;
};

}  // namespace harbinger::edge
