#include "server/tcp_connections.h"

#include <algorithm>

namespace harbinger::server {

TcpConnections::TcpConnections(WorkerContext& context)
    : context_(context), later_([this] { return answering_->wait_for_reply(); }) {}

TcpConnections::~TcpConnections() {
  while (!open_.empty()) open_.front()->close({});
  if (sweeping_) context_.loop.cancel(timer_);
}

void TcpConnections::add(FileDescriptor socket, const SocketAddress& client, std::shared_ptr<const Served> served) {
  closed_.clear();
  if (open_.size() >= std::max<std::size_t>(context_.limits.tcp_connections, 1)) make_room();
  auto connection = std::make_shared<TcpConnection>(*this, std::move(socket), client, std::move(served));
  connection->place_ = open_.insert(open_.end(), connection);
  connection->open();
  context_.counters.tcp_accepted.add();
  if (sweeping_) return;
  sweeping_ = true;
  timer_ = context_.loop.after(sweep_interval(), [this] { sweep(); });
}

void TcpConnections::finish(const Served* served) {
  for (auto it = open_.begin(); it != open_.end();) {
    TcpConnection& connection = **it++;  // finish() may take it out of the list
    if (!served || connection.served() == served) connection.finish();
  }
}

void TcpConnections::used_now(TcpConnection& connection) { open_.splice(open_.end(), open_, connection.place_); }

void TcpConnections::remove(TcpConnection& connection) { closed_.splice(closed_.end(), open_, connection.place_); }

// A client that waits for a reply is not the one to lose, if another can be found quickly.
void TcpConnections::make_room() {
  int looked = 0;
  for (auto& connection : open_) {
    if (connection->at_rest()) return connection->close(context_.counters.tcp_crowded_out);
    if (++looked == 64) break;
  }
  open_.front()->close(context_.counters.tcp_crowded_out);
}

void TcpConnections::sweep() {
  closed_.clear();
  const auto now = context_.loop.clock().now();
  for (auto it = open_.begin(); it != open_.end();) {
    TcpConnection& connection = **it++;
    connection.check_time(now);
  }
  sweeping_ = !open_.empty() || !closed_.empty();
  if (sweeping_) timer_ = context_.loop.after(sweep_interval(), [this] { sweep(); });
}

// One look a second at all connections is cheaper than a timer for each. Shorter only for shorter time-outs.
Duration TcpConnections::sweep_interval() const {
  const Duration shortest = std::min(context_.limits.tcp_idle_timeout, context_.limits.tcp_message_timeout);
  return std::clamp<Duration>(shortest / 4, std::chrono::milliseconds(5), std::chrono::seconds(1));
}

}  // namespace harbinger::server
