// A client's octets, with or without TLS around them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "net/http_tls.h"

namespace harbinger::net {

/// For Beast: reads and writes some octets, asynchronously. Timers are those of tcp(), and hold for what TLS reads and writes by itself, too.
class HttpStream {
 public:
  using Tcp = boost::beast::tcp_stream;
  using executor_type = Tcp::executor_type;

  /// Plain without a context.
  HttpStream(boost::asio::ip::tcp::socket socket, std::shared_ptr<TlsContext> context)
      : tcp_(std::move(socket)), context_(std::move(context)) {
    if (context_) tls_.emplace(tcp_, context_->ssl);
  }
  HttpStream(const HttpStream&) = delete;

  Tcp& tcp() { return tcp_; }
  executor_type get_executor() { return tcp_.get_executor(); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Handler>(handler));
    tcp_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Handler>(handler));
    tcp_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  /// `done(error_code)`; at once where there is no TLS.
  template <class Done>
  void shake_hands(Done done) {
    if (tls_) return tls_->async_handshake(boost::asio::ssl::stream_base::server, std::move(done));
    done(boost::system::error_code());
  }
  /// Says to a peer that speaks TLS that nothing follows, and waits until it has said so too or says something else. Then `done()`.
  template <class Done>
  void end(Done done) {
    if (!tls_) return done();
    tls_->async_shutdown([done = std::move(done)](boost::system::error_code) { done(); });
  }

  /// Of the peer's certificate, as RFC 2253 writes it; empty when it showed none. Only certificates that were verified get through a handshake.
  std::string peer_subject() { return tls_ ? subject_of_peer(tls_->native_handle()) : std::string(); }

 private:
  Tcp tcp_;
  std::shared_ptr<TlsContext> context_;
  std::optional<boost::asio::ssl::stream<Tcp&>> tls_;
};

}  // namespace harbinger::net
