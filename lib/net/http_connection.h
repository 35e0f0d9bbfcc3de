// One client of the web server: reads requests, writes responses, in turn.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_rules.h"
#include "net/http_stream.h"

namespace harbinger::net {

/// What a client may take.
struct HttpLimits {
  std::uint32_t head = 8192;  ///< octets of a request's head
  /// For a whole request, waiting for its first octet and before the first one the handshake of TLS included, and for a whole response: nobody
  /// may dribble longer.
  std::chrono::milliseconds patience{10000};
  std::chrono::milliseconds goodbye{2000};  ///< for the client to close after the last response
  std::size_t connections = 64;
};

/// Lives as long as one of its operations waits. Everything happens on the thread of the socket's io_context.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  /// Speaks TLS when there is a context.
  HttpConnection(Socket socket, std::shared_ptr<TlsContext> tls, std::shared_ptr<const HttpRoutes> routes,
                 const HttpLimits& limits, std::function<void()> on_end);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void start();
  /// Ends at once, without a word.
  void close();
  /// Since when the client has owed us a whole request.
  std::chrono::steady_clock::time_point waiting_since() const { return waiting_since_; }

 private:
  void await_request();
  void read_head();
  void read_more();
  void on_more(boost::beast::error_code error, std::size_t octets);
  void on_head();
  void begin_body(const HttpStep& step);
  void say_continue();
  void read_body();
  void on_body(boost::beast::error_code error, std::size_t octets);
  void write(HttpAnswer answer);
  void on_written(boost::beast::error_code error);
  void say_goodbye();
  void discard();

  HttpStream stream_;
  const std::shared_ptr<const HttpRoutes> routes_;
  const HttpLimits limits_;
  const std::function<void()> on_end_;
  HttpPeer peer_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::size_t head_size_ = 0, body_left_ = 0;
  HttpHead head_;  // of a request with a body: fields behind the body (trailers) shall not pass for fields of the head
  HttpAnswer answer_;
  std::chrono::steady_clock::time_point waiting_since_;
};

}  // namespace harbinger::net
