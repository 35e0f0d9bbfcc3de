// One thread with its own sockets: it answers alone what arrives at them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "server/endpoints.h"
#include "server/tcp_connections.h"
#include "server/tcp_listener.h"
#include "server/udp_listener.h"
#include "server/worker_context.h"

namespace harbinger::server {

class Worker {
 public:
  Worker(std::size_t index, Responder& responder, const Counters& counters, const ServerConfig& limits, Logger log);
  /// Stops the thread, if stop() did not.
  ~Worker();

  net::AsioLoop& loop() { return loop_; }

  /// Closes everything and waits for the thread's end. Not from the worker itself.
  void stop();

  // The rest: on the worker's own thread only.
  void open(const ListenAddress& address, Endpoint::Sockets sockets, const SocketAddress& local,
            std::shared_ptr<const ZoneMap> zones);
  void serve(const ListenAddress& address, std::shared_ptr<const ZoneMap> zones);
  /// Answers what has arrived, then listens there no more. Connections end when their queries are answered.
  void close(const ListenAddress& address);
  void close_all();
  void set_limits(const ServerConfig& limits) { context_.limits = limits; }
  std::size_t connections() const { return connections_.size(); }

 private:
  struct Listeners {
    std::shared_ptr<Served> served;
    std::unique_ptr<UdpListener> udp;
    std::unique_ptr<TcpListener> tcp;
  };

  void run(std::size_t index);

  net::AsioLoop loop_;
  WorkerContext context_;
  TcpConnections connections_;
  std::map<ListenAddress, Listeners> listeners_;
  std::thread thread_;
};

/// Runs `work` on every worker, side by side, and waits until all have done it. Not from a worker.
void run_on_all(std::span<const std::unique_ptr<Worker>> workers,
                const std::function<void(Worker&, std::size_t)>& work);

}  // namespace harbinger::server
