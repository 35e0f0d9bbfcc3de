// Accepts TCP clients, and waits a while when the system has no room for more.
#pragma once

#include <memory>

#include "server/file_descriptor.h"
#include "server/tcp_connections.h"
#include "server/worker_context.h"

namespace harbinger::server {

/// One worker's acceptor of one address. Made, used and destroyed on that worker's thread; its connections outlive it.
class TcpListener final : net::Watcher {
 public:
  TcpListener(WorkerContext& context, TcpConnections& connections, std::shared_ptr<const Served> served,
              FileDescriptor socket);
  /// Takes those that wait already, then accepts no more.
  ~TcpListener();

 private:
  void ready(std::uint32_t events) override;
  void back_off(int cause);

  WorkerContext& context_;
  TcpConnections& connections_;
  const std::shared_ptr<const Served> served_;
  const FileDescriptor socket_;
  bool resting_ = false;
  Loop::TimerId rest_ = 0;
};

}  // namespace harbinger::server
