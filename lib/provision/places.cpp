#include "provision/places.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "provision/descriptor.h"

namespace harbinger::provision {
namespace {

constexpr std::uint64_t kMostTries = 256;
// Below the range that the kernel gives to clients: no connection takes one between our look and the instance's own.
constexpr std::uint16_t kFirstPort = 10'000, kPorts = 22'000;

std::uint64_t hash_of(std::string_view text) {  // FNV-1a: spreads ids, protects nothing
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return hash ^ (hash >> 29);
}

std::uint64_t count_of(const IpPrefix& range) {
  const int free_bits = (range.address.is_v4() ? 32 : 128) - range.bits;
  return std::uint64_t{1} << std::clamp(free_bits, 0, 32);
}

/// The so-manieth address of a range.
IpAddress in_range(const IpPrefix& range, std::uint64_t number) {
  std::array<std::uint8_t, 16> octets{};
  const auto first = range.address.octets();
  std::ranges::copy(first, octets.begin());
  for (std::size_t i = first.size(); i > first.size() - 4; --i, number >>= 8)
    octets[i - 1] |= static_cast<std::uint8_t>(number);
  if (range.address.is_v4()) return IpAddress::v4(std::span<const std::uint8_t, 4>(octets.data(), 4));
  return IpAddress::v6(octets);
}

// The first and the last address of 256 are no host's in many programs' eyes.
bool usable(const IpPrefix& range, const IpAddress& address) {
  const auto last = address.octets().back();
  return count_of(range) < 256 || (last != 0 && last != 255);
}

bool can_listen(const SocketAddress& place) {
  const bool v4 = place.ip.is_v4();
  const Descriptor socket(::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes,
             sizeof(yes));  // connections that have ended are no reason against it
  const auto octets = place.ip.octets();
  sockaddr_in to4{};
  sockaddr_in6 to6{};
  to4.sin_family = AF_INET;
  to6.sin6_family = AF_INET6;
  to4.sin_port = to6.sin6_port = htons(place.port);
  std::memcpy(v4 ? static_cast<void*>(&to4.sin_addr) : &to6.sin6_addr, octets.data(), octets.size());
  const auto* to = v4 ? reinterpret_cast<const sockaddr*>(&to4) : reinterpret_cast<const sockaddr*>(&to6);
  return bind(socket.number(), to, v4 ? sizeof(to4) : sizeof(to6)) == 0 && listen(socket.number(), 1) == 0;
}

}  // namespace

bool Places::take_if_free(const SocketAddress& place) {
  {
    const std::lock_guard guard(lock_);
    if (!taken_.insert(place).second) return false;
  }
  if (can_listen(place)) return true;
  const std::lock_guard guard(lock_);
  taken_.erase(place);
  return false;
}

Result<Reach> Places::take(std::string_view id, std::uint16_t port) {
  const auto begin = hash_of(id), count = count_of(range_);
  for (std::uint64_t i = 0; i < kMostTries; ++i) {
    if (port != 0 && i >= count) break;
    const auto address = in_range(range_, (begin + i) % count);
    const auto chosen = port != 0 ? port : static_cast<std::uint16_t>(kFirstPort + (begin / 7919 + i * 31) % kPorts);
    if (usable(range_, address) && take_if_free({.ip = address, .port = chosen}))
      return Reach{.addresses = {address}, .port = chosen};
  }
  return fail(ErrorCode::conflict,
              port == 0 ? "no port is free at " + range_.to_string()
                        : "port " + std::to_string(port) + " is taken at " + range_.to_string() +
                              ", or the machine has no such address; a larger `addresses`, or another port, would do");
}

void Places::keep(const Reach& reach) {
  const std::lock_guard guard(lock_);
  for (const auto& address : reach.addresses) taken_.insert({.ip = address, .port = reach.port});
}

void Places::give_back(const Reach& reach) {
  const std::lock_guard guard(lock_);
  for (const auto& address : reach.addresses) taken_.erase({.ip = address, .port = reach.port});
}

}  // namespace harbinger::provision
