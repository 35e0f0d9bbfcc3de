// Queries over UDP: a batch in, a batch out.
#pragma once

#include <functional>
#include <memory>

#include "server/file_descriptor.h"
#include "server/worker_context.h"

namespace harbinger::server {

/// One worker's socket of one address. Made, used and destroyed on that worker's thread. The socket itself stays open until the last query
/// that came in by it has its reply.
class UdpListener final : net::Watcher {
 public:
  UdpListener(WorkerContext& context, std::shared_ptr<const Served> served, FileDescriptor socket);
  /// Answers what has arrived, then listens no more.
  ~UdpListener();

 private:
  struct Socket;
  struct Batch;
  class Pending;

  void ready(std::uint32_t events) override;
  std::size_t answer_batch();
  bool from_nobody(std::size_t index, const SocketAddress& client) const;
  void prepare_reply(std::size_t slot, std::size_t index, std::size_t size);
  void send(std::size_t count);

  WorkerContext& context_;
  const std::shared_ptr<const Served> served_;
  const std::shared_ptr<Socket> socket_;
  const std::unique_ptr<Batch> batch_;
  std::size_t current_ = 0;  // index of the datagram being answered
  const std::function<std::unique_ptr<Later>()> later_;
};

}  // namespace harbinger::server
