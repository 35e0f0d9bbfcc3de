#include "net/http_server.h"

#include <algorithm>

#include <fcntl.h>
#include <signal.h>

#include <boost/asio/ip/v6_only.hpp>

#include "base/signals.h"
#include "net/asio_address.h"
#include "net/http_tls.h"

namespace harbinger::net {

using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

// Shorter ones make bursts of connections wait for a second SYN.
constexpr int kBacklog = 511;
constexpr auto kPauseAfterTrouble = 100ms;

// A program that some plugin starts must not inherit our sockets.
template <class Socket>
void keep_from_children(Socket& socket) {
  fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

std::unexpected<Error> cannot_listen(const SocketAddress& address, const error_code& error) {
  const bool in_use = error == boost::asio::error::address_in_use;
  return fail(in_use ? ErrorCode::conflict : ErrorCode::denied,
              "cannot listen for HTTP on " + address.to_string() + ": " + error.message() +
                  (in_use ? "; another program has this port, name a free one" : ""));
}

}  // namespace

Result<std::unique_ptr<HttpListener>> HttpListener::open(const SocketAddress& address, const HttpLimits& limits,
                                                         const std::optional<HttpTls>& tls) {
  std::unique_ptr<HttpListener> listener(new HttpListener(limits, tls));
  if (auto read = listener->renew_certificates(); !read) return fail(read.error());
  if (auto bound = listener->bind(address); !bound) return fail(bound.error());
  listener->run();
  return listener;
}

Result<void> HttpListener::renew_certificates() {
  if (!tls_) return {};
  auto context = tls_context(*tls_);
  if (!context) return fail(context.error());
  tls_context_ = std::move(*context);
  return {};
}

Result<void> HttpListener::bind(const SocketAddress& address) {
  const Tcp::endpoint endpoint(to_asio(address.ip), address.port);
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (error) return cannot_listen(address, error);
  keep_from_children(acceptor_);
  acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!address.ip.is_v4()) acceptor_.set_option(boost::asio::ip::v6_only(false), error);
  acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) return cannot_listen(address, error);
  address_ = {address.ip, acceptor_.local_endpoint().port()};
  return {};
}

void HttpListener::run() {
  accept();
  const AllSignalsBlocked blocked;
  thread_ = std::thread([this] { context_.run(); });
}

HttpListener::~HttpListener() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void HttpListener::accept() {
  acceptor_.async_accept([this](error_code error, Tcp::socket socket) {
    if (!error) {
      welcome(std::move(socket));
      return accept();
    }
    // No descriptors left, most likely: trying again at once would burn the processor until there are some.
    pause_.expires_after(kPauseAfterTrouble);
    pause_.async_wait([this](error_code stopped) {
      if (!stopped) accept();
    });
  });
}

void HttpListener::allow_connections(std::size_t connections) {
  auto most = most_connections_.load(std::memory_order_relaxed);
  while (most < connections && !most_connections_.compare_exchange_weak(most, connections, std::memory_order_relaxed)) {
  }
}

void HttpListener::welcome(Tcp::socket socket) {
  keep_from_children(socket);
  if (connections_.size() >= most_connections_.load(std::memory_order_relaxed)) make_room();
  const auto place = connections_.emplace(connections_.end());
  auto connection = std::make_shared<HttpConnection>(std::move(socket), tls_context_.load(), routes_, limits_,
                                                     [this, place] { connections_.erase(place); });
  *place = connection;
  connection->start();
}

// Whoever has owed a request for the longest time: slow clients push out each other, not the honest prober.
void HttpListener::make_room() {
  std::shared_ptr<HttpConnection> slowest;
  for (const auto& connection : connections_)
    if (auto alive = connection.lock(); alive && (!slowest || alive->waiting_since() < slowest->waiting_since()))
      slowest = std::move(alive);
  if (slowest) slowest->close();
}

}  // namespace harbinger::net
