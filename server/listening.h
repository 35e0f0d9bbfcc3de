// The workers and the addresses that they listen on together.
#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <vector>

#include "server/endpoints.h"
#include "server/worker.h"

namespace harbinger::server {

/// Not for use from a worker's thread; one caller at a time.
class Listening {
 public:
  Listening(std::size_t workers, Responder& responder, const Counters& counters, const ServerConfig& config,
            Logger log);

  /// Opens what `set` names and nobody listens on yet. Serves nothing there so far.
  std::expected<std::vector<Endpoint>, config::Errors> open_missing(const ChainSet& set) const;
  /// From now on as `set` says, with what open_missing() opened for it. Each worker changes over between two batches; sockets of addresses
  /// that stay are kept.
  void follow(const ChainSet& set, std::vector<Endpoint> opened);

  /// Runs `work` on one worker after the other, in turn. Any thread; not after stop().
  void post(std::function<void()> work);

  /// Answers what has arrived, then listens nowhere.
  void close_all();
  /// TCP connections of all workers; by the time of the return every worker has done what was posted to it before.
  std::size_t connections() const;
  /// Ends the workers' threads.
  void stop();

  std::vector<ListenAddress> addresses() const;

 private:
  // An address as configured and as it is.
  struct Open {
    ListenAddress configured;
    SocketAddress actual;
  };

  void add(const ChainSet& set, std::vector<Endpoint> opened);
  void remove(const std::vector<Open>& removed);
  void say(const std::string& text) const {
    log_.info(text, text);
  }  // a cause of its own, so that no line is held back

  const Logger log_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Open> open_;
  std::atomic<std::size_t> turn_{0};
};

}  // namespace harbinger::server
