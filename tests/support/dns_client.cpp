#include <tests/support/dns_client.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace harbinger::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  operator int() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Target {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Target target_of(const SocketAddress& server) {
  Target target;
  const auto octets = server.ip.octets();
  if (server.ip.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(target.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(server.port);
    std::memcpy(&v4.sin_addr, octets.data(), 4);
    target.size = sizeof(v4);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(target.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(server.port);
    std::memcpy(&v6.sin6_addr, octets.data(), 16);
    target.size = sizeof(v6);
  }
  return target;
}

// False at the end of patience.
bool wait_for(int socket, short events, steady_clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
  pollfd entry{socket, events, 0};
  return poll(&entry, 1, static_cast<int>(std::max<long>(left, 0))) > 0;
}

std::unexpected<Error> failed_by_system() { return fail(ErrorCode::unreachable, std::strerror(errno)); }
std::unexpected<Error> nobody_replied() { return fail(ErrorCode::timeout, "no reply in time"); }

std::uint16_t next_id() {
  static std::atomic<std::uint16_t> id{0x4a00};
  return ++id;
}

Result<void> check_is_reply(const Message& reply, std::uint16_t id, const Question& question) {
  if (!reply.header.qr || reply.header.id != id) return fail(ErrorCode::malformed, "not a reply to this query");
  const auto& echoed = reply.question;
  if (!echoed || echoed->name != question.name || echoed->type != question.type || echoed->klass != question.klass)
    return fail(ErrorCode::malformed, "a reply to another question");
  return {};
}

}  // namespace

SocketAddress loopback(std::uint16_t port) { return *SocketAddress::parse("127.0.0.1:" + std::to_string(port)); }

Result<Bytes> exchange_udp(const SocketAddress& server, std::span<const std::uint8_t> query, milliseconds patience,
                           const std::optional<IpAddress>& from) {
  const auto end = steady_clock::now() + patience;
  const Target target = target_of(server);
  const Socket socket(::socket(target.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (from) {
    const Target source = target_of({*from, 0});
    if (bind(socket, source.address(), source.size) != 0) return failed_by_system();
  }
  if (connect(socket, target.address(), target.size) != 0) return failed_by_system();
  if (send(socket, query.data(), query.size(), 0) < 0) return failed_by_system();
  if (!wait_for(socket, POLLIN, end)) return nobody_replied();

  Bytes reply(65535);
  const ssize_t size = recv(socket, reply.data(), reply.size(), 0);
  if (size < 0) return failed_by_system();
  reply.resize(static_cast<std::size_t>(size));
  return reply;
}

Result<Bytes> exchange_tcp(const SocketAddress& server, std::span<const std::uint8_t> query, milliseconds patience) {
  auto stream = Stream::connect(server, patience);
  if (!stream) return fail(stream.error());
  if (!stream->send(query)) return fail(ErrorCode::truncated, "the server closed the connection");
  return stream->receive(patience);
}

Result<Stream> Stream::connect(const SocketAddress& server, milliseconds patience) {
  const Target target = target_of(server);
  Socket socket(::socket(target.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(socket, target.address(), target.size) != 0 && errno != EINPROGRESS) return failed_by_system();
  if (!wait_for(socket, POLLOUT, steady_clock::now() + patience)) return nobody_replied();
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) return fail(ErrorCode::unreachable, std::strerror(error));
  return Stream(socket.release());
}

Stream::Stream(Stream&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

Stream::~Stream() {
  if (socket_ >= 0) close(socket_);
}

void Stream::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool Stream::send_raw(std::span<const std::uint8_t> octets) {
  const auto end = steady_clock::now() + kPatience;
  while (!octets.empty()) {
    if (!wait_for(socket_, POLLOUT, end)) return false;
    const ssize_t sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) octets = octets.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Stream::send(std::span<const std::uint8_t> message) {
  Bytes framed{static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
  framed.insert(framed.end(), message.begin(), message.end());
  return send_raw(framed);
}

Result<void> Stream::receive_exactly(std::span<std::uint8_t> out, steady_clock::time_point end) {
  while (!out.empty()) {
    if (!wait_for(socket_, POLLIN, end)) return nobody_replied();
    const ssize_t got = recv(socket_, out.data(), out.size(), 0);
    if (got == 0) return fail(ErrorCode::truncated, "the server closed the connection");
    if (got < 0 && errno != EAGAIN) return failed_by_system();
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<Bytes> Stream::receive(milliseconds patience) {
  const auto end = steady_clock::now() + patience;
  std::uint8_t length[2];
  if (auto done = receive_exactly(length, end); !done) return fail(done.error());
  Bytes message(static_cast<std::size_t>(length[0] << 8 | length[1]));
  if (auto done = receive_exactly(message, end); !done) return fail(done.error());
  return message;
}

std::optional<ExtendedError> Answer::extended_error() const {
  const auto data = message.edns ? message.edns->option(OptionCode::EDE) : std::nullopt;
  if (!data) return std::nullopt;
  const auto error = ExtendedError::parse(*data);
  return error ? std::optional(*error) : std::nullopt;
}

Result<Answer> ask(const SocketAddress& server, std::string_view name, RRType type, const Wishes& wishes) {
  const auto parsed = Name::parse(name);
  if (!parsed) return fail(parsed.error());
  const Question question{*parsed, type, wishes.klass};
  const std::uint16_t id = next_id();
  const auto query =
      make_query(id, question, wishes.recursion_desired, wishes.udp_size, wishes.dnssec_ok, wishes.options);
  auto bytes = wishes.tcp ? exchange_tcp(server, query, wishes.patience)
                          : exchange_udp(server, query, wishes.patience, wishes.from);
  if (!bytes) return fail(bytes.error());

  // Moving a vector keeps its octets in place, so the spans into it stay valid.
  auto message = Message::parse(*bytes);
  if (!message) return fail(message.error());
  if (auto fits = check_is_reply(*message, id, question); !fits) return fail(fits.error());
  return Answer{std::move(*bytes), std::move(*message)};
}

bool answers(const SocketAddress& server, std::string_view name) {
  Wishes wishes;
  wishes.patience = milliseconds(200);
  return ask(server, name, RRType::SOA, wishes).has_value();
}

}  // namespace harbinger::test
