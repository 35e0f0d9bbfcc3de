#include "provision/host_view.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

namespace harbinger::provision {
namespace {

constexpr std::chrono::milliseconds kFresh{200};

std::string_view word(std::string_view line, int number) {
  for (;; --number) {
    const auto from = line.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    line.remove_prefix(from);
    const auto end = std::min(line.find(' '), line.size());
    if (number == 0) return line.substr(0, end);
    line.remove_prefix(end);
  }
}

template <class T>
std::optional<T> from_hex(std::string_view digits) {
  T number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// "0100007F:1F90": 32-bit words as the machine keeps them.
std::optional<SocketAddress> parse_place(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  std::array<std::uint8_t, 16> octets{};
  for (std::size_t at = 0; at < colon; at += 8) {
    const auto number = from_hex<std::uint32_t>(text.substr(at, 8));
    if (!number) return std::nullopt;
    const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(*number);
    std::ranges::copy(bytes, octets.begin() + static_cast<std::ptrdiff_t>(at / 2));
  }
  const auto port = from_hex<std::uint16_t>(text.substr(colon + 1));
  if (!port) return std::nullopt;
  const auto ip =
      colon == 8 ? IpAddress::v4(std::span<const std::uint8_t, 4>(octets.data(), 4)) : IpAddress::v6(octets);
  return SocketAddress{.ip = ip, .port = *port};
}

void count_connections_of(const char* file, std::map<SocketAddress, std::uint32_t>& counts) {
  const std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  count_connections(text.view(), counts);
}

}  // namespace

void count_connections(std::string_view text, std::map<SocketAddress, std::uint32_t>& counts) {
  constexpr std::string_view kEstablished = "01";
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word(line, 3) != kEstablished) continue;
    if (const auto place = parse_place(word(line, 1))) ++counts[*place];
  }
}

std::shared_ptr<const HostMoment> HostView::look(const Clock& clock) {
  const std::lock_guard guard(lock_);
  const auto now = clock.now();
  if (last_ && now >= last_->at && now - last_->at < kFresh) return last_;
  auto moment = std::make_shared<HostMoment>();
  moment->at = now;
  moment->processes = all_processes();
  count_connections_of("/proc/net/tcp", moment->connections);
  count_connections_of("/proc/net/tcp6", moment->connections);
  last_ = moment;
  return last_;
}

}  // namespace harbinger::provision
