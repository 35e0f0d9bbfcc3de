// IP addresses, with and without ports, and prefixes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger {

/// An IPv4 or IPv6 address as 16 octets; IPv4 is kept in mapped form (::ffff:0:0/96), so both compare and hash alike.
class IpAddress {
 public:
  constexpr IpAddress() = default;  ///< ::
  static IpAddress v4(std::span<const std::uint8_t, 4> octets);
  static IpAddress v6(std::span<const std::uint8_t, 16> octets);
  static Result<IpAddress> parse(std::string_view text);

  bool is_v4() const;
  bool is_loopback() const;  ///< 127.0.0.0/8 or ::1
  /// 4 or 16 octets.
  std::span<const std::uint8_t> octets() const;
  const std::array<std::uint8_t, 16>& mapped() const { return bytes_; }
  std::string to_string() const;

  /// The first `bits` bits (0..32 for IPv4, 0..128 for IPv6), the rest zero. Keeps the family.
  IpAddress truncated(int bits) const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// An address range: `192.0.2.0/24`, `2001:db8::/32`, or a single address.
struct IpPrefix {
  IpAddress address;  ///< truncated to `bits`
  int bits = 0;       ///< of the address's own family

  static Result<IpPrefix> parse(std::string_view text);
  bool contains(const IpAddress& other) const;
  std::string to_string() const;
  friend auto operator<=>(const IpPrefix&, const IpPrefix&) = default;
};

/// Address and port: `192.0.2.1:53`, `[2001:db8::1]:53`.
struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;

  /// The port may be left out when `default_port` is not 0.
  static Result<SocketAddress> parse(std::string_view text, std::uint16_t default_port = 0);
  std::string to_string() const;
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

}  // namespace harbinger
