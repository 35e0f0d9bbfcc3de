// One client's TCP connection: queries pipelined in, replies out in any order (RFC 7766).
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "server/file_descriptor.h"
#include "server/tcp_framing.h"
#include "server/worker_context.h"

namespace harbinger::server {

class TcpConnections;

/// Lives on one worker's thread, owned by its TcpConnections, which it asks to be removed from when it is over.
class TcpConnection final : public net::Watcher, public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(TcpConnections& all, FileDescriptor socket, const SocketAddress& client,
                std::shared_ptr<const Served> served);

  /// Begins to read.
  void open();
  /// Ends at once, counted as `why`.
  void close(const Counter& why);
  /// Reads no more, and ends when every query has its reply.
  void finish();
  /// Closes when a time-out has passed.
  void check_time(MonotonicTime now);

  bool at_rest() const { return in_work_ == 0 && unsent_.empty(); }
  const Served* served() const { return served_.get(); }
  std::unique_ptr<Later> wait_for_reply();

 private:
  friend class TcpConnections;
  class Pending;

  void ready(std::uint32_t events) override;
  void read();
  void answer_messages();
  bool answer(std::span<const std::uint8_t> message, MonotonicTime now);
  void reply_later(std::span<const std::uint8_t> bytes);
  Later::More stream(std::span<const std::uint8_t> bytes);
  void resume();
  void send(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes);
  void send_rest();
  void keep_unsent(std::span<const std::uint8_t> bytes);
  void drop_sent();
  void settle();
  bool may_read() const;
  bool backed_up() const;
  std::size_t unsent() const { return unsent_.size() - unsent_start_; }
  bool turn_is_over() const;

  TcpConnections& all_;
  FileDescriptor socket_;
  const SocketAddress client_;
  const std::shared_ptr<const Served> served_;
  std::list<std::shared_ptr<TcpConnection>>::iterator place_;

  TcpFraming framing_;
  std::vector<std::uint8_t> unsent_;  // replies that the client did not take yet
  std::size_t unsent_start_ = 0;
  std::size_t unsent_then_ = 0;  // of them, those that waited at unsent_since_
  std::size_t in_work_ = 0;      // queries whose replies are not there yet
  std::size_t streams_ = 0;      // of these, those that have sent some of several messages
  std::size_t turn_ = 0;         // octets of replies since others had their turn
  std::uint32_t watched_ = 0;
  bool in_message_ = false;  // a part of one had arrived when we last looked
  bool closed_ = false;
  bool reading_ended_ = false;  // the client sends no more, or we listen no more
  bool paused_ = false;         // queries wait in framing_: too many in work, replies unsent, or others' turn
  MonotonicTime last_message_, message_began_, unsent_since_;
};

}  // namespace harbinger::server
