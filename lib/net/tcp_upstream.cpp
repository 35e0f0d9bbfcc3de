#include "net/tcp_upstream.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace harbinger::net {

namespace {

// More unsent octets than this mean that the server has stopped reading.
constexpr std::size_t kMostUnsent = 1 << 20;
// Questions under way on one connection; ids must stay easy to find and hard to guess.
constexpr std::size_t kMostWaiting = 16384;
constexpr std::size_t kShortestMessage = 12;

std::uint16_t u16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

}  // namespace

void TcpAsk::on_deadline() { upstream_->expire(*this); }

TcpUpstream::TcpUpstream(Poller& poller, const SocketAddress& server, Duration idle)
    : poller_(poller), address_(server), idle_(idle) {}

TcpUpstream::~TcpUpstream() { close(); }

Result<void> TcpUpstream::send(TcpAsk& ask, MonotonicTime deadline) {
  if (ask.query.size() > 65535) return fail(ErrorCode::too_large, "query longer than 65535 octets");
  if (state_ == State::closed) {
    auto connected = connect();
    if (!connected) return connected;
  }
  auto queued = enqueue(ask);
  if (!queued) return queued;
  poller_.end_at(ask, deadline);
  if (state_ == State::open) flush();
  return {};
}

Result<void> TcpUpstream::connect() {
  socket_ = ::socket(address_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return fail(ErrorCode::denied, "no socket left to ask from");
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  watched_for_ = EPOLLIN | EPOLLOUT;
  const int connected = ::connect(socket_, address_.get(), address_.size);
  if ((connected != 0 && errno != EINPROGRESS) || !poller_.watch(socket_, watched_for_, *this)) {
    ::close(std::exchange(socket_, -1));
    return fail(ErrorCode::unreachable, "the upstream takes no connection");
  }
  poller_.tools().connections.add();
  state_ = State::connecting;
  answered_before_ = false;
  heard_ = poller_.now();
  return {};
}

Result<void> TcpUpstream::enqueue(TcpAsk& ask) {
  if (out_.size() - written_ > kMostUnsent || waiting_.size() >= kMostWaiting)
    return fail(ErrorCode::unreachable, "the upstream does not keep up");
  do {
    ask.id = static_cast<std::uint16_t>(poller_.tools().random->below(65536));
  } while (!waiting_.try_emplace(ask.id, &ask).second);
  ask.upstream_ = this;
  ask.sent_ = poller_.now();

  const auto size = static_cast<std::uint16_t>(ask.query.size());
  for (const std::uint16_t value : {size, ask.id}) {
    out_.push_back(static_cast<std::uint8_t>(value >> 8));
    out_.push_back(static_cast<std::uint8_t>(value));
  }
  out_.insert(out_.end(), ask.query.begin() + 2, ask.query.end());
  Ending::unlink();  // not idle
  return {};
}

void TcpUpstream::on_events(std::uint32_t events) {
  if (state_ == State::connecting) on_connected();
  if (state_ == State::open && events & EPOLLOUT) flush();
  if (state_ == State::open && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive();
}

void TcpUpstream::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return lost(ErrorCode::unreachable, "the upstream takes no connection");
  state_ = State::open;
}

void TcpUpstream::flush() {
  while (written_ < out_.size()) {
    const auto sent = ::send(socket_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return watch_for(EPOLLIN | EPOLLOUT);
    if (sent < 0) return lost(ErrorCode::unreachable, "the upstream closed the connection");
    written_ += static_cast<std::size_t>(sent);
  }
  out_.clear();
  written_ = 0;
  watch_for(EPOLLIN);
}

void TcpUpstream::watch_for(std::uint32_t events) {
  if (std::exchange(watched_for_, events) != events) poller_.change(socket_, events, *this);
}

void TcpUpstream::receive() {
  auto& buffer = poller_.scratch();
  const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return lost(ErrorCode::unreachable, "the upstream closed the connection");
  heard_ = poller_.now();
  in_.insert(in_.end(), buffer.begin(), buffer.begin() + size);
  if (!take_messages()) return lost(ErrorCode::malformed, "the upstream sent a message shorter than a header");
  rest_if_idle();
}

// False when the stream is no DNS.
bool TcpUpstream::take_messages() {
  std::size_t begin = 0;
  while (in_.size() - begin >= 2) {
    const std::size_t size = u16(&in_[begin]);
    if (size < kShortestMessage) return false;
    if (in_.size() - begin < 2 + size) break;
    take_message({&in_[begin + 2], size});
    begin += 2 + size;
  }
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(begin));
  return true;
}

void TcpUpstream::take_message(Octets message) {
  const auto found = waiting_.find(u16(message.data()));
  if (found == waiting_.end() || !found->second->accept(message)) return poller_.tools().ignored_tcp.add();
  TcpAsk& ask = *found->second;
  waiting_.erase(found);
  answered_before_ = true;
  poller_.finish(ask);
}

// Silence since before the question may mean that the connection is dead without a word; the next one begins afresh.
void TcpUpstream::expire(TcpAsk& ask) {
  waiting_.erase(ask.id);
  const bool silent = heard_ <= ask.sent_;
  poller_.finish(ask, ErrorCode::timeout, "no reply in time");
  if (silent) return lost(ErrorCode::unreachable, "the upstream has fallen silent");
  rest_if_idle();
}

// RFC 7766 sec. 6.2.4: what was not answered on a connection that has worked before is asked again on a new one, once.
void TcpUpstream::lost(ErrorCode code, const char* why) {
  const bool worked_before = std::exchange(answered_before_, false);
  close();
  for (const auto& [id, ask] : std::exchange(waiting_, {})) {
    if (worked_before && !std::exchange(ask->repeated_, true) && (state_ != State::closed || connect()) &&
        enqueue(*ask))
      continue;
    poller_.finish(*ask, code, why);
  }
}

void TcpUpstream::close() {
  if (socket_ >= 0) poller_.close_watched(std::exchange(socket_, -1));
  state_ = State::closed;
  out_.clear();
  in_.clear();
  written_ = 0;
  Ending::unlink();
}

void TcpUpstream::rest_if_idle() {
  if (waiting_.empty()) poller_.end_at(*this, poller_.now() + idle_);
}

void TcpUpstream::on_deadline() { close(); }

}  // namespace harbinger::net
