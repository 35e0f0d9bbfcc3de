// A web server that does what a test wants, right or wrong: octets in, octets out, a thread for each connection.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <harbinger/address.h>

namespace harbinger::test {

struct WebRequest {
  std::string method, path, head;  ///< the head as it came, without the empty line
  /// Of the first line with this name, whatever its letters' case; empty when there is none.
  std::string field(std::string_view name) const;
};

/// The other end of a connection.
class WebPeer {
 public:
  explicit WebPeer(int socket) : socket_(socket) {}
  /// False when it has gone.
  bool send(std::string_view octets) const;
  /// Returns when it has gone, or the server ends.
  void wait_until_gone() const;
  /// No further request is read.
  void close() { open_ = false; }
  bool open() const { return open_; }

 private:
  const int socket_;
  bool open_ = true;
};

class WebServer {
 public:
  /// Called on a connection's thread.
  using Handler = std::function<void(const WebRequest& request, WebPeer& peer)>;

  /// On a free port of 127.0.0.1.
  explicit WebServer(Handler handler);
  ~WebServer();
  WebServer(const WebServer&) = delete;

  const SocketAddress& address() const { return address_; }
  std::size_t connections() const { return accepted_; }

 private:
  void accept();
  void serve(int socket) const;

  const Handler handler_;
  SocketAddress address_;
  int listener_ = -1;
  std::atomic<std::size_t> accepted_{0};
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::list<std::thread> connections_;
  std::thread acceptor_;
};

/// `HTTP/1.1 200 OK` with these lines of head, each with its end, and a Content-Length.
std::string web_response(std::string_view status, std::string_view lines, std::string_view body);

}  // namespace harbinger::test
