// The process's knowledge of personas: the table that workers read, and the engine behind it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <harbinger/client_keys.h>
#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/persona_engine.h>
#include <harbinger/random.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "persona/engine_source.h"
#include "persona/http_door.h"
#include "persona/persona_feed.h"
#include "persona/persona_metrics.h"
#include "persona/persona_table.h"

namespace harbinger::persona {

/// One for the whole process: server blocks share it, and it survives a reload. Nothing that is asked of it on the query path waits.
class PersonaService {
 public:
  struct Settings {
    EngineChoice engine;
    std::optional<std::filesystem::path> key;  ///< secret that client keys are made with; without it one of the process
    std::size_t clients = 65'536;              ///< whose personas are kept
    PersonaFeed::Settings feed{};
    std::optional<SocketAddress> http;  ///< where events are taken and personas shown; nowhere without it
    HttpDoorSettings door{};
  };

  /// Made for the first who asks, gone after the last. `conflict` when there is one with other settings: they change at the next start. Others of
  /// `open_engine`, of the key file, and of the address and the files of tokens of `http`.
  static Result<std::shared_ptr<PersonaService>> shared(const Settings& settings, const EngineWorld& world);
  ~PersonaService();
  PersonaService(const PersonaService&) = delete;
  PersonaService& operator=(const PersonaService&) = delete;

  // For the query path: no lock on a worker, no allocation, no system call.
  const ClientKeys& keys() const noexcept { return keys_; }
  PersonaTable& table() noexcept { return table_; }
  PersonaFeed& feed() noexcept { return feed_; }
  const PersonaMetrics& metrics() const noexcept { return metrics_; }
  UnixMillis calendar(MonotonicTime at) const noexcept {
    return at.ns / 1'000'000 + offset_ms_.load(std::memory_order_relaxed);
  }

  /// The feeding thread works soon, without waiting out its pause. Takes a lock: only for those who want to wait for it.
  void hurry();
  /// Hands over what waits, and takes in what is answered at once. For tests that move time themselves: of every service of the process.
  static void catch_up_all();

  PersonaEngine& engine() noexcept { return *engine_; }
  /// What the operator should know; empty when all is well.
  std::string note() const;

 private:
  struct Thread;
  PersonaService(const Settings& settings, const EngineWorld& world, const Secret& secret,
                 std::shared_ptr<PersonaEngine> engine);
  Result<void> start(const Settings& settings);
  void work();
  void read_offset();
  void take_in(const PersonaUpdate& update);
  void show(Metrics& metrics);

  const EngineWorld world_;
  const ClientKeys keys_;
  PersonaTable table_;
  PersonaMetrics metrics_;
  const std::shared_ptr<PersonaEngine> engine_;
  PersonaFeed feed_;
  std::atomic<std::int64_t> offset_ms_{0};  // calendar less monotonic time
  std::atomic<bool> away_{false};
  std::vector<Metrics::GaugeHandle> gauges_;
  std::shared_ptr<void> watching_;
  std::unique_ptr<HttpDoor> door_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace harbinger::persona
