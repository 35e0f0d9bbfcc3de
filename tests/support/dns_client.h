// A plain DNS client for tests: one question, one reply, over a socket of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/message.h>
#include <harbinger/result.h>

namespace harbinger::test {

inline constexpr std::chrono::milliseconds kPatience{5000};

/// `127.0.0.1:port`
SocketAddress loopback(std::uint16_t port);

/// Sends these octets as one datagram, from this address of the machine if it is given, and returns the first that comes back. Errors: timeout, unreachable (ICMP said so).
Result<std::vector<std::uint8_t>> exchange_udp(const SocketAddress& server, std::span<const std::uint8_t> query,
                                               std::chrono::milliseconds patience = kPatience,
                                               const std::optional<IpAddress>& from = std::nullopt);
/// Over a new TCP connection, framed (RFC 7766 sec. 8). Errors: unreachable, timeout, truncated (the server closed early).
Result<std::vector<std::uint8_t>> exchange_tcp(const SocketAddress& server, std::span<const std::uint8_t> query,
                                               std::chrono::milliseconds patience = kPatience);

/// How to ask.
struct Wishes {
  bool tcp = false;
  bool recursion_desired = true;
  bool dnssec_ok = false;
  std::uint16_t udp_size = 1232;  ///< 0: no EDNS
  RRClass klass = RRClass::IN;
  std::vector<std::uint8_t> options{};  ///< packed EDNS options
  std::optional<IpAddress> from{};      ///< over UDP: one of this machine's addresses, such as 127.0.0.2
  std::chrono::milliseconds patience = kPatience;
};

/// A reply with the octets it was read from, which its EDNS options point into.
struct Answer {
  std::vector<std::uint8_t> bytes;
  Message message;

  Rcode rcode() const { return message.rcode(); }
  /// The first extended error (RFC 8914), if any.
  std::optional<ExtendedError> extended_error() const;
};

/// Asks and reads. A reply that is not one to this question (id, QR, question) is an error too.
Result<Answer> ask(const SocketAddress& server, std::string_view name, RRType type, const Wishes& wishes = {});

/// Whether somebody answers questions there: for waiting until a server is up.
bool answers(const SocketAddress& server, std::string_view name = "ready.invalid");

/// A TCP connection for tests of pipelining and of bad framing.
class Stream {
 public:
  static Result<Stream> connect(const SocketAddress& server, std::chrono::milliseconds patience = kPatience);
  ~Stream();
  Stream(Stream&& other) noexcept;
  Stream(const Stream&) = delete;

  /// Octets as they are. False when the server is gone.
  bool send_raw(std::span<const std::uint8_t> octets);
  /// One message with its length in front.
  bool send(std::span<const std::uint8_t> message);
  /// Closes our direction only (RFC 7766 sec. 6.2.4).
  void finish_sending();
  /// The next message, without its length.
  Result<std::vector<std::uint8_t>> receive(std::chrono::milliseconds patience = kPatience);

 private:
  explicit Stream(int socket) : socket_(socket) {}
  Result<void> receive_exactly(std::span<std::uint8_t> out, std::chrono::steady_clock::time_point end);
  int socket_;
};

}  // namespace harbinger::test
