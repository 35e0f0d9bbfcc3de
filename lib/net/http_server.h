// The web server behind harbinger/http.h: one listener, one thread, a bounded number of connections.
#pragma once

#include <atomic>
#include <list>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/http_connection.h"
#include "net/http_routes.h"

namespace harbinger::net {

/// Everything but `route`, `address` and the two ends happens on the server's own thread.
class HttpListener final : public HttpServer {
 public:
  /// Opens, binds and listens, or tells why that does not work.
  static Result<std::unique_ptr<HttpListener>> open(const SocketAddress& address, const HttpLimits& limits = {},
                                                    const std::optional<HttpTls>& tls = std::nullopt);
  ~HttpListener() override;

  using HttpServer::route;
  Route route(std::string path, HttpMethods methods, Handler handler) override {
    return routes_->add(std::move(path), methods, std::move(handler));
  }
  void allow_connections(std::size_t connections) override;
  SocketAddress address() const override { return address_; }

  /// The files that it was opened with; nullopt: plain text.
  const std::optional<HttpTls>& tls() const { return tls_; }
  /// Reads them again, for connections from now on. Errors as those of open(); all stays as it was then. Any thread.
  Result<void> renew_certificates();

 private:
  using Tcp = boost::asio::ip::tcp;

  HttpListener(const HttpLimits& limits, const std::optional<HttpTls>& tls)
      : limits_(limits), tls_(tls), most_connections_(limits.connections) {}
  Result<void> bind(const SocketAddress& address);
  void run();
  void accept();
  void welcome(Tcp::socket socket);
  void make_room();

  const HttpLimits limits_;
  const std::optional<HttpTls> tls_;
  std::atomic<std::shared_ptr<TlsContext>> tls_context_;
  std::atomic<std::size_t> most_connections_;
  const std::shared_ptr<HttpRoutes> routes_ = std::make_shared<HttpRoutes>();
  SocketAddress address_;
  // Before the context: what the context still holds at the end takes itself out of here.
  std::list<std::weak_ptr<HttpConnection>> connections_;
  boost::asio::io_context context_{1};
  Tcp::acceptor acceptor_{context_};
  boost::asio::steady_timer pause_{context_};
  std::thread thread_;
};

}  // namespace harbinger::net
