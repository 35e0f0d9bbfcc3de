// All TCP connections of one worker: how many there may be, how long they may do nothing, and the buffers they share.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "server/tcp_connection.h"

namespace harbinger::server {

class TcpConnections {
 public:
  explicit TcpConnections(WorkerContext& context);
  ~TcpConnections();

  /// Takes a new client. When there are too many, the one goes that has been silent longest.
  void add(FileDescriptor socket, const SocketAddress& client, std::shared_ptr<const Served> served);
  /// Those of one address, or all for null: answer what is in work, then end.
  void finish(const Served* served);
  std::size_t size() const { return open_.size(); }

 private:
  friend class TcpConnection;

  // Replies of one read, gathered so that they leave in few writes. Beyond `kEnough` they leave at once: what one client does not take is
  // kept for it.
  struct Output {
    static constexpr std::size_t kEnough = 16 << 10, kRoom = kEnough + (64 << 10) + 2;
    std::vector<std::uint8_t> octets = std::vector<std::uint8_t>(kRoom);
    std::size_t used = 0;
  };

  void used_now(TcpConnection& connection);
  void remove(TcpConnection& connection);
  void make_room();
  void sweep();
  Duration sweep_interval() const;

  WorkerContext& context_;
  std::list<std::shared_ptr<TcpConnection>> open_;    // the longest silent one first
  std::list<std::shared_ptr<TcpConnection>> closed_;  // may still be on the stack: freed a little later
  std::vector<std::uint8_t> input_ =
      std::vector<std::uint8_t>(16 << 10);  // what a paused client asked is kept for it, too
  Output output_;
  TcpConnection* answering_ = nullptr;
  const std::function<std::unique_ptr<Later>()> later_;
  bool sweeping_ = false;
  Loop::TimerId timer_ = 0;
};

}  // namespace harbinger::server
