#include "server/tcp_listener.h"

#include <netinet/tcp.h>
#include <cerrno>
#include <system_error>

#include "server/system_address.h"

namespace harbinger::server {

namespace {

constexpr int kAcceptsInARow = 64;
constexpr auto kRest = std::chrono::milliseconds(100);
// What the system holds for a client that does not read; without it, that grows to megabytes for each.
constexpr int kMostUnsentBySystem = 128 << 10;

bool out_of_room(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

TcpListener::TcpListener(WorkerContext& context, TcpConnections& connections, std::shared_ptr<const Served> served,
                         FileDescriptor socket)
    : context_(context), connections_(connections), served_(std::move(served)), socket_(std::move(socket)) {
  context_.loop.watch(socket_.get(), EPOLLIN, *this);
}

TcpListener::~TcpListener() {
  if (!resting_) ready(EPOLLIN);
  if (resting_) {
    context_.loop.cancel(rest_);
  } else {
    context_.loop.forget(socket_.get(), *this);
  }
}

void TcpListener::ready(std::uint32_t) {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    SystemAddress client{.v6 = {}};
    socklen_t size = sizeof client;
    FileDescriptor socket(::accept4(socket_.get(), &client.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      const int cause = errno;
      if (out_of_room(cause)) return back_off(cause);
      if (cause == EAGAIN) return;
      continue;  // the client went away before we came
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsentBySystem, sizeof kMostUnsentBySystem);
    connections_.add(std::move(socket), from_system(client), served_);
  }
}

// The client stays in the queue, so without a rest the loop would spin on it.
void TcpListener::back_off(int cause) {
  context_.counters.tcp_accept_pauses.add();
  context_.log.warning("accept", "no more TCP clients for 100 ms: " + std::generic_category().message(cause) +
                                     "; raise the limit of open files, or lower tcp_connections");
  context_.loop.forget(socket_.get(), *this);
  resting_ = true;
  rest_ = context_.loop.after(kRest, [this] {
    resting_ = false;
    context_.loop.watch(socket_.get(), EPOLLIN, *this);
  });
}

}  // namespace harbinger::server
