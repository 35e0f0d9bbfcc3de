#include "tests/support/web_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace harbinger::test {

namespace {

constexpr std::size_t kMostHead = 64 << 10;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The next head off what has come; empty when the other end has gone.
std::string read_head(int socket, std::string& unread) {
  std::size_t end = 0;
  while ((end = unread.find("\r\n\r\n")) == unread.npos) {
    char octets[4096];
    const auto size = ::recv(socket, octets, sizeof octets, 0);
    if (size <= 0 || unread.size() > kMostHead) return {};
    unread.append(octets, static_cast<std::size_t>(size));
  }
  std::string head = unread.substr(0, end + 2);
  unread.erase(0, end + 4);
  return head;
}

WebRequest parse(std::string head) {
  const std::string_view line = std::string_view(head).substr(0, head.find("\r\n"));
  const auto begin = std::min(line.find(' '), line.size());
  const auto end = std::max(line.rfind(' '), begin + 1);
  WebRequest request;
  request.method = line.substr(0, begin);
  if (end <= line.size()) request.path = line.substr(begin + 1, end - begin - 1);
  request.head = std::move(head);
  return request;
}

}  // namespace

std::string WebRequest::field(std::string_view name) const {
  for (auto line = head.find("\r\n"); line != head.npos; line = head.find("\r\n", line + 2)) {
    const auto colon = head.find(':', line);
    if (colon == head.npos) break;
    const auto known = std::string_view(head).substr(line + 2, colon - line - 2);
    if (!std::ranges::equal(known, name, {}, lower, lower)) continue;
    const auto value = head.find_first_not_of(' ', colon + 1);
    return head.substr(value, head.find("\r\n", value) - value);
  }
  return {};
}

bool WebPeer::send(std::string_view octets) const {
  while (!octets.empty()) {
    const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void WebPeer::wait_until_gone() const {
  char octets[4096];
  while (::recv(socket_, octets, sizeof octets, 0) > 0) {
  }
}

WebServer::WebServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* const generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("a web server for a test cannot listen");
  address_ = SocketAddress::parse("127.0.0.1:" + std::to_string(ntohs(name.sin_port))).value();
  acceptor_ = std::thread([this] { accept(); });
}

WebServer::~WebServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  for (auto& connection : connections_) connection.join();
  for (const int socket : sockets_) ::close(socket);
}

void WebServer::accept() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++accepted_;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    connections_.emplace_back([this, socket] { serve(socket); });
  }
}

// The socket is closed at the end of all: its number must not become another's meanwhile.
void WebServer::serve(int socket) const {
  std::string unread;
  WebPeer peer(socket);
  while (peer.open()) {
    std::string head = read_head(socket, unread);
    if (head.empty()) break;
    handler_(parse(std::move(head)), peer);
  }
  ::shutdown(socket, SHUT_RDWR);
}

std::string web_response(std::string_view status, std::string_view lines, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(lines) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace harbinger::test
