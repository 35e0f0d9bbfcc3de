// Bytes in, bytes out: every transport enters here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <harbinger/address.h>
#include <harbinger/chain.h>
#include <harbinger/clock.h>

namespace harbinger {

/// A message that came in.
struct Incoming {
  std::span<const std::uint8_t> bytes;
  SocketAddress client;
  Transport transport = Transport::udp;
  MonotonicTime now;
};

/// Where a reply goes that was not ready at once.
class Later {
 public:
  virtual ~Later() = default;
  /// Called exactly once, on the same worker: the reply, or nothing when there shall be none.
  virtual void reply(std::span<const std::uint8_t> bytes) = 0;

  /// A message before that one, on the same worker, where the transport is a stream: `full` took nothing and asks to come again soon, `gone` will
  /// never take any.
  enum class More : std::uint8_t { taken, full, gone };
  virtual More more(std::span<const std::uint8_t>) { return More::gone; }
};

/// Answers messages. One object for all workers; `answer` is thread-safe, and for a kept answer it neither allocates nor locks.
class Responder {
 public:
  /// `metrics` counts what is decided in here; `world.clock`, `log` and `random` are used.
  Responder(const World& world, const ServerConfig& config);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  /// Answers into `out` (at least 512 octets; 65535 for a stream) and returns the size, 0 for "send nothing"; or returns kLater: then
  /// `later()` was called once, and the object it gave gets the reply. Runs on a worker with a Loop, registered with rcu::Reader.
  static constexpr std::size_t kLater = SIZE_MAX;
  std::size_t answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out,
                     const std::function<std::unique_ptr<Later>()>& later);

  /// For World: what plugins call when their state changed.
  void answers_changed(std::uint32_t chain, const Name& name);
  void answers_changed_all(std::uint32_t chain);

  /// Computes and keeps the answer to a question that nobody has asked: see PluginContext::resolve_ahead. `done` is called once, maybe before
  /// the return. On a worker with a Loop.
  void resolve_ahead(const std::shared_ptr<const Chain>& chain, const AheadQuestion& question,
                     std::function<void(const AheadAnswer&)> done);

  /// Answers being computed right now, over all workers.
  std::size_t in_flight() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger
