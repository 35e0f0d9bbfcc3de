// Asking over TCP: one connection for each server, kept open and shared by many questions (RFC 7766).
#pragma once

#include <unordered_map>
#include <vector>

#include "net/poller.h"
#include "net/socket_address.h"

namespace harbinger::net {

class TcpUpstream;

/// A question on a shared connection.
class TcpAsk final : public Ask {
 public:
  TcpAsk(Octets whole, Octets its_question) : Ask(whole, its_question) {}

 private:
  friend class TcpUpstream;
  void on_deadline() override;

  TcpUpstream* upstream_ = nullptr;
  MonotonicTime sent_;
  bool repeated_ = false;  // once sent again because the connection had died
};

/// The connection to one server: opened by the first question, closed when idle, when the server closes it, or when it fell silent. Replies
/// may come in any order; each goes to the question with its id, if the question in it is the same.
class TcpUpstream final : private Watched, private Ending {
 public:
  TcpUpstream(Poller& poller, const SocketAddress& server, Duration idle);
  ~TcpUpstream() override;

  /// Sends the question. On success the ask is finished later, at `deadline` by the latest; else the error is returned.
  Result<void> send(TcpAsk& ask, MonotonicTime deadline);

 private:
  friend class TcpAsk;
  enum class State : std::uint8_t { closed, connecting, open };

  Result<void> connect();
  Result<void> enqueue(TcpAsk& ask);
  void on_events(std::uint32_t events) override;
  void on_deadline() override;
  void on_connected();
  void flush();
  void watch_for(std::uint32_t events);
  void receive();
  bool take_messages();
  void take_message(Octets message);
  void expire(TcpAsk& ask);
  void lost(ErrorCode code, const char* why);
  void close();
  void rest_if_idle();

  Poller& poller_;
  const SystemAddress address_;
  const Duration idle_;

  State state_ = State::closed;
  int socket_ = -1;
  std::uint32_t watched_for_ = 0;
  bool answered_before_ = false;  // the connection has carried a reply, so losing it says little about the server
  MonotonicTime heard_;
  std::vector<std::uint8_t> out_, in_;
  std::size_t written_ = 0;
  std::unordered_map<std::uint16_t, TcpAsk*> waiting_;
};

}  // namespace harbinger::net
