#include <harbinger/address.h>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace harbinger {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::unexpected<Error> bad(std::string_view text, const char* wanted) {
  return fail(ErrorCode::malformed, "'" + std::string(text.substr(0, 80)) + "' is not " + wanted);
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_number<std::uint16_t>(text);
  if (!port) return bad(text, "a port (0 to 65535)");
  return *port;
}

}  // namespace

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> octets) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  std::ranges::copy(octets, address.bytes_.begin() + 12);
  return address;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> octets) {
  IpAddress address;
  std::ranges::copy(octets, address.bytes_.begin());
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> zero_ended{};
  std::array<std::uint8_t, 16> octets;
  if (text.size() < zero_ended.size() && text.find('\0') == std::string_view::npos) {
    std::ranges::copy(text, zero_ended.begin());
    if (inet_pton(AF_INET, zero_ended.data(), octets.data()) == 1) return v4(std::span(octets).first<4>());
    if (inet_pton(AF_INET6, zero_ended.data(), octets.data()) == 1) return v6(octets);
  }
  return bad(text, "an IP address such as 192.0.2.1 or 2001:db8::1");
}

bool IpAddress::is_loopback() const {
  constexpr std::uint8_t kLoopbackNet = 127;
  if (is_v4()) return octets()[0] == kLoopbackNet;
  IpAddress one;
  one.bytes_.back() = 1;
  return *this == one;
}

bool IpAddress::is_v4() const { return std::memcmp(bytes_.data(), kMappedPrefix.data(), kMappedPrefix.size()) == 0; }

std::span<const std::uint8_t> IpAddress::octets() const {
  return std::span<const std::uint8_t>(bytes_).subspan(is_v4() ? 12 : 0);
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, octets().data(), text.data(), text.size());
  return text.data();
}

IpAddress IpAddress::truncated(int bits) const {
  const bool four = is_v4();
  const std::size_t kept = static_cast<std::size_t>(std::clamp(bits, 0, four ? 32 : 128) + (four ? 96 : 0));
  IpAddress address = *this;
  for (std::size_t i = kept / 8; i < address.bytes_.size(); ++i) {
    const std::size_t spared = i == kept / 8 ? kept % 8 : 0;
    address.bytes_[i] = static_cast<std::uint8_t>(address.bytes_[i] & ~(0xff >> spared));
  }
  return address;
}

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const Result<IpAddress> address = IpAddress::parse(text.substr(0, slash));
  if (!address) return bad(text, "an IP address or prefix such as 192.0.2.0/24 or 2001:db8::/32");

  const int longest = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return IpPrefix{*address, longest};
  const auto bits = parse_number<int>(text.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > longest) {
    return bad(text, longest == 32 ? "a prefix with 0 to 32 bits" : "a prefix with 0 to 128 bits");
  }
  return IpPrefix{address->truncated(*bits), *bits};
}

bool IpPrefix::contains(const IpAddress& other) const {
  return other.is_v4() == address.is_v4() && other.truncated(bits) == address;
}

std::string IpPrefix::to_string() const { return address.to_string() + '/' + std::to_string(bits); }

Result<SocketAddress> SocketAddress::parse(std::string_view text, std::uint16_t default_port) {
  constexpr const char* kWanted = "an address with a port such as 192.0.2.1:53 or [2001:db8::1]:53";
  std::string_view host = text, port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad(text, kWanted);
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    has_port = !port.empty();
    if (has_port && port.front() != ':') return bad(text, kWanted);
    if (has_port) port.remove_prefix(1);
  } else if (std::ranges::count(text, ':') == 1) {
    const std::size_t colon = text.find(':');
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }

  const Result<IpAddress> ip = IpAddress::parse(host);
  if (!ip) return bad(text, kWanted);
  if (!has_port) {
    if (default_port == 0) return bad(text, kWanted);
    return SocketAddress{*ip, default_port};
  }
  const Result<std::uint16_t> number = parse_port(port);
  if (!number) return fail(number.error());
  return SocketAddress{*ip, *number};
}

std::string SocketAddress::to_string() const {
  const std::string host = ip.is_v4() ? ip.to_string() : '[' + ip.to_string() + ']';
  return host + ':' + std::to_string(port);
}

}  // namespace harbinger
