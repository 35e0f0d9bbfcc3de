// A plain HTTP client for tests: octets out, octets in, over 127.0.0.1.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <harbinger/address.h>

namespace harbinger::test {

/// A TCP connection to a web server. Throws std::runtime_error when there is nobody.
class HttpClient {
 public:
  explicit HttpClient(const SocketAddress& server);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// False when the server has closed.
  bool send(std::string_view octets);
  void end_of_sending();
  /// The next response as it came: head, empty line, body. What there was when the server closed or the patience ended, if that was first.
  /// `to_head` says that the question was HEAD, to which the response has no body.
  std::string receive(bool to_head = false);
  /// Whether the server has closed or closes soon; reads what is left.
  bool closed();

 private:
  bool read_more();

  int socket_;
  std::string unread_;
};

/// A whole response to `GET path`.
std::string http_get(const SocketAddress& server, std::string_view path);
/// `200` of a response; 0 when it is none.
int status_of(std::string_view response);
/// What stands behind the head.
std::string body_of(std::string_view response);

}  // namespace harbinger::test
