#include "tests/support/http_client.h"

#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace harbinger::test {

namespace {

constexpr timeval kPatience{20, 0};

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kField = "\r\nContent-Length: ";
  const auto place = head.find(kField);
  return place == std::string_view::npos ? 0 : std::strtoul(head.data() + place + kField.size(), nullptr, 10);
}

}  // namespace

HttpClient::HttpClient(const SocketAddress& server) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return;
  ::close(socket_);
  throw std::runtime_error("nobody listens on " + server.to_string());
}

HttpClient::~HttpClient() { ::close(socket_); }

bool HttpClient::send(std::string_view octets) {
  while (!octets.empty()) {
    const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void HttpClient::end_of_sending() { ::shutdown(socket_, SHUT_WR); }

bool HttpClient::read_more() {
  char octets[4096];
  const auto size = ::recv(socket_, octets, sizeof octets, 0);
  if (size <= 0) return false;
  unread_.append(octets, static_cast<std::size_t>(size));
  return true;
}

std::string HttpClient::receive(bool to_head) {
  std::size_t end = std::string::npos;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
    if (!read_more()) return std::exchange(unread_, {});
  const auto size = end + 4 + (to_head ? 0 : content_length(std::string_view(unread_).substr(0, end + 2)));
  while (unread_.size() < size)
    if (!read_more()) return std::exchange(unread_, {});
  auto response = unread_.substr(0, size);
  unread_.erase(0, size);
  return response;
}

bool HttpClient::closed() {
  char octets[4096];
  ssize_t size = 0;
  while ((size = ::recv(socket_, octets, sizeof octets, 0)) > 0) {
  }
  return size == 0 || errno == ECONNRESET;
}

std::string http_get(const SocketAddress& server, std::string_view path) {
  HttpClient client(server);
  client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  return client.receive();
}

int status_of(std::string_view response) {
  return response.starts_with("HTTP/1.1 ") ? std::atoi(std::string(response.substr(9, 3)).c_str()) : 0;
}

std::string body_of(std::string_view response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? "" : std::string(response.substr(end + 4));
}

}  // namespace harbinger::test
