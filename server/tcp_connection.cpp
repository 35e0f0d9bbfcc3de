#include "server/tcp_connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <array>
#include <cerrno>

#include "server/tcp_connections.h"

namespace harbinger::server {

namespace {

constexpr std::size_t kLongestMessage = 65535;
constexpr std::size_t kMostUnsent = 1 << 20;      // a client that asks and does not read is closed beyond this
constexpr std::size_t kMostStreamed = 256 << 10;  // a transfer waits while so much is unsent
constexpr std::size_t kKeptRoom = 4096;           // of an output buffer that is empty again
constexpr int kReadsInARow = 4;                   // then other connections get their turn
constexpr std::size_t kOctetsInARow = 256 << 10;  // of replies, likewise

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

std::array<std::uint8_t, 2> length_prefix(std::size_t size) {
  return {static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
}

}  // namespace

// Where the reply of one query goes; the connection may be gone by then.
class TcpConnection::Pending final : public Later {
 public:
  explicit Pending(std::weak_ptr<TcpConnection> connection) : connection_(std::move(connection)) {}
  void reply(std::span<const std::uint8_t> bytes) override {
    const auto connection = connection_.lock();
    if (!connection) return;
    if (streams_) --connection->streams_;
    connection->reply_later(bytes);
  }
  More more(std::span<const std::uint8_t> bytes) override {
    const auto connection = connection_.lock();
    if (!connection) return More::gone;
    if (!std::exchange(streams_, true)) ++connection->streams_;
    return connection->stream(bytes);
  }

 private:
  const std::weak_ptr<TcpConnection> connection_;
  bool streams_ = false;
};

TcpConnection::TcpConnection(TcpConnections& all, FileDescriptor socket, const SocketAddress& client,
                             std::shared_ptr<const Served> served)
    : all_(all), socket_(std::move(socket)), client_(client), served_(std::move(served)) {}

void TcpConnection::open() {
  last_message_ = all_.context_.loop.clock().now();
  watched_ = EPOLLIN;
  all_.context_.loop.watch(socket_.get(), watched_, *this);
}

void TcpConnection::close(const Counter& why) {
  if (closed_) return;
  closed_ = true;
  why.add();
  all_.context_.loop.forget(socket_.get(), *this);
  socket_ = FileDescriptor();
  all_.remove(*this);
}

void TcpConnection::finish() {
  if (may_read()) read();  // what arrived already is answered
  reading_ended_ = true;
  settle();
}

void TcpConnection::check_time(MonotonicTime now) {
  const auto& limits = all_.context_.limits;
  const auto& counters = all_.context_.counters;
  if (!unsent_.empty()) {
    if (now - unsent_since_ > limits.tcp_message_timeout) close(counters.tcp_slow_reader);
  } else if (framing_.in_message() && !paused_) {
    if (now - message_began_ > limits.tcp_message_timeout) close(counters.tcp_slow_message);
  } else if (in_work_ == 0 && now - last_message_ > limits.tcp_idle_timeout) {
    close(counters.tcp_idle);
  }
}

void TcpConnection::ready(std::uint32_t events) {
  // Both directions are over, so nobody would get a reply any more.
  if (events & (EPOLLERR | EPOLLHUP)) return close({});
  if (events & EPOLLOUT) unsent_.empty() ? resume() : send_rest();
  if (events & EPOLLIN && may_read()) read();
  settle();
}

void TcpConnection::read() {
  auto& input = all_.input_;
  for (int i = 0; i < kReadsInARow && may_read(); ++i) {
    const auto got = ::recv(socket_.get(), input.data(), input.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && !would_block(errno)) return close({});
    if (got < 0) return;
    // RFC 7766 sec. 6.2.4: a client may close its direction and still wait for replies.
    if (got == 0) reading_ended_ = true;
    framing_.feed(std::span(input).first(static_cast<std::size_t>(got)));
    answer_messages();
    if (static_cast<std::size_t>(got) < input.size()) return;
  }
}

void TcpConnection::answer_messages() {
  const auto now = all_.context_.loop.clock().now();
  bool whole = false, broken = false;
  turn_ = 0;
  for (std::span<const std::uint8_t> message; !closed_;) {
    paused_ = in_work_ >= all_.context_.limits.tcp_pipeline || backed_up() || turn_is_over();
    if (paused_) {
      framing_.hold();
      break;
    }
    const auto step = framing_.next(message);
    broken = step == TcpFraming::Step::broken;
    if (step != TcpFraming::Step::message || !answer(message, now)) break;
    whole = true;
  }
  send({}, std::span(all_.output_.octets).first(std::exchange(all_.output_.used, 0)));
  if (broken) return close(all_.context_.counters.tcp_broken);
  if (closed_) return;
  if (whole) all_.used_now(*this);
  if (whole) last_message_ = now;
  if (whole || !in_message_ || paused_) message_began_ = now;
  in_message_ = framing_.in_message();
}

// Into the shared output; false when the connection broke.
bool TcpConnection::answer(std::span<const std::uint8_t> message, MonotonicTime now) {
  auto& output = all_.output_;
  if (output.used >= TcpConnections::Output::kEnough) {
    send({}, std::span(output.octets).first(std::exchange(output.used, 0)));
    if (closed_) return false;
  }
  auto* out = output.octets.data() + output.used;
  all_.answering_ = this;
  const Incoming in{message, client_, Transport::tcp, now};
  const auto size = all_.context_.responder.answer(in, *served_->zones, {out + 2, kLongestMessage}, all_.later_);
  all_.answering_ = nullptr;
  if (size == 0 || size == Responder::kLater) return true;
  const auto prefix = length_prefix(size);
  out[0] = prefix[0];
  out[1] = prefix[1];
  output.used += size + 2;
  turn_ += size + 2;
  return true;
}

std::unique_ptr<Later> TcpConnection::wait_for_reply() {
  ++in_work_;
  return std::make_unique<Pending>(weak_from_this());
}

void TcpConnection::reply_later(std::span<const std::uint8_t> bytes) {
  if (closed_) return;
  --in_work_;
  if (!bytes.empty()) send(length_prefix(bytes.size()), bytes);
  if (closed_) return;
  last_message_ = all_.context_.loop.clock().now();
  // Not here: this may be deep within somebody else's call.
  if (paused_ && !backed_up()) {
    all_.context_.loop.post([weak = weak_from_this()] {
      if (const auto connection = weak.lock()) connection->resume();
    });
  }
  // In the middle of answering, replies are still gathered: who does that settles when it is done.
  if (all_.answering_ != this) settle();
}

Later::More TcpConnection::stream(std::span<const std::uint8_t> bytes) {
  if (closed_) return Later::More::gone;
  if (unsent() + bytes.size() > kMostStreamed) return Later::More::full;
  send(length_prefix(bytes.size()), bytes);
  if (closed_) return Later::More::gone;
  all_.used_now(*this);
  if (all_.answering_ != this) settle();
  return Later::More::taken;
}

void TcpConnection::resume() {
  if (closed_ || !paused_ || backed_up()) return;
  answer_messages();
  settle();
}

void TcpConnection::send(std::span<const std::uint8_t> head, std::span<const std::uint8_t> bytes) {
  const auto all = head.size() + bytes.size();
  if (closed_ || all == 0) return;
  std::size_t sent = 0;
  if (unsent_.empty()) {
    std::array<iovec, 2> vectors{iovec{const_cast<std::uint8_t*>(head.data()), head.size()},
                                 iovec{const_cast<std::uint8_t*>(bytes.data()), bytes.size()}};
    msghdr header{};
    header.msg_iov = head.empty() ? vectors.data() + 1 : vectors.data();
    header.msg_iovlen = head.empty() ? 1 : 2;
    ssize_t n;
    do n = ::sendmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && !would_block(errno)) return close({});
    if (n > 0) sent = static_cast<std::size_t>(n);
    if (sent == all) return;
    unsent_since_ = all_.context_.loop.clock().now();
    unsent_then_ = all - sent;
  }
  if (unsent() + all - sent > kMostUnsent) return close(all_.context_.counters.tcp_slow_reader);
  if (sent < head.size()) keep_unsent(head.subspan(sent));
  keep_unsent(bytes.subspan(sent < head.size() ? 0 : sent - head.size()));
}

void TcpConnection::keep_unsent(std::span<const std::uint8_t> bytes) {
  unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
}

void TcpConnection::send_rest() {
  const auto rest = std::span(unsent_).subspan(unsent_start_);
  if (rest.empty()) return;
  const auto n = ::send(socket_.get(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && errno != EINTR && !would_block(errno)) return close({});
  if (n > 0) unsent_start_ += static_cast<std::size_t>(n);
  drop_sent();
  const auto now = all_.context_.loop.clock().now();
  // A stream may never be empty, so what counts is that what waited then was taken in time.
  if (n > 0 && static_cast<std::size_t>(n) >= unsent_then_) {
    unsent_since_ = now;
    unsent_then_ = unsent();
  } else if (n > 0) {
    unsent_then_ -= static_cast<std::size_t>(n);
  }
  if (backed_up()) return;
  message_began_ = now;  // we did not listen meanwhile
  if (paused_) answer_messages();
}

void TcpConnection::drop_sent() {
  if (unsent() == 0) {
    unsent_.clear();
    unsent_start_ = 0;
    if (unsent_.capacity() > kKeptRoom) std::vector<std::uint8_t>().swap(unsent_);
  } else if (unsent_start_ > unsent_.size() / 2) {
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(unsent_start_));
    unsent_start_ = 0;
  }
}

// Brings what is watched in line with the state, or ends the connection when there is nothing left to do.
void TcpConnection::settle() {
  if (closed_) return;
  if (reading_ended_ && at_rest() && !(paused_ && framing_.in_message())) return close({});
  // The next turn comes when the socket takes octets: at once, but after all others that are ready.
  const std::uint32_t wanted = (may_read() ? EPOLLIN : 0u) | (unsent_.empty() && !turn_is_over() ? 0u : EPOLLOUT);
  if (wanted == watched_) return;
  watched_ = wanted;
  all_.context_.loop.change_watch(socket_.get(), watched_, *this);
}

// While the client does not take its replies, and while it has many queries in work, it is not listened to.
bool TcpConnection::turn_is_over() const { return turn_ >= kOctetsInARow; }

bool TcpConnection::may_read() const { return !closed_ && !reading_ended_ && !paused_ && !backed_up(); }

// Beside a transfer that always has something unsent, other queries go on.
bool TcpConnection::backed_up() const { return unsent() > (streams_ == 0 ? 0 : 2 * kMostStreamed); }

}  // namespace harbinger::server
