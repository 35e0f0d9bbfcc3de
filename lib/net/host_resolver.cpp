#include "net/host_resolver.h"

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace harbinger::net {

namespace {

using namespace std::chrono_literals;

// Without any server of its own c-ares asks this once, and its memory lives as long as the process.
int library_status() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  return status;
}

struct CloseChannel {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, CloseChannel>;

// What the callback leaves behind. ares_destroy calls it too, so it outlives the channel.
struct Outcome {
  std::optional<int> status;
  std::vector<IpAddress> addresses;
};

void add_address(const sockaddr* address, std::vector<IpAddress>& out) {
  IpAddress ip;
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
    ip = IpAddress::v4(std::span<const std::uint8_t, 4>(v4, 4));
  } else if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
    ip = IpAddress::v6(std::span<const std::uint8_t, 16>(v6, 16));
  } else {
    return;
  }
  if (std::ranges::find(out, ip) == out.end()) out.push_back(ip);
}

void take_outcome(void* argument, int status, int, ares_addrinfo* found) {
  auto& outcome = *static_cast<Outcome*>(argument);
  outcome.status = status;
  if (!found) return;
  for (const auto* node = found->nodes; node; node = node->ai_next) add_address(node->ai_addr, outcome.addresses);
  std::ranges::stable_partition(outcome.addresses, [](const IpAddress& ip) { return ip.is_v4(); });
  ares_freeaddrinfo(found);
}

Channel open_channel(std::span<const SocketAddress> servers) {
  ares_options options{};
  options.timeout = 1000;
  options.tries = 2;
  ares_channel raw = nullptr;
  if (library_status() != ARES_SUCCESS ||
      ares_init_options(&raw, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) != ARES_SUCCESS)
    return nullptr;
  Channel channel(raw);
  std::string list;
  for (const auto& server : servers) list.append(list.empty() ? "" : ",").append(server.to_string());
  if (!list.empty() && ares_set_servers_ports_csv(raw, list.c_str()) != ARES_SUCCESS) return nullptr;
  return channel;
}

// One round: waits until c-ares has something to do, `limit` at most, and lets it.
void work(ares_channel channel, Duration limit) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets;
  const auto wanted = static_cast<unsigned>(ares_getsock(channel, sockets.data(), static_cast<int>(sockets.size())));
  std::array<pollfd, ARES_GETSOCK_MAXNUM> waits;
  nfds_t count = 0;
  for (unsigned i = 0; i < sockets.size(); ++i) {
    short events = 0;
    if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
    if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
    if (events) waits[count++] = {sockets[i], events, 0};
  }
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(std::min<Duration>(limit, 100ms));
  ::poll(waits.data(), count, static_cast<int>(patience.count()) + 1);
  for (nfds_t i = 0; i < count; ++i) {
    const bool ended = waits[i].revents & (POLLERR | POLLHUP);
    ares_process_fd(channel, waits[i].revents & POLLIN || ended ? waits[i].fd : ARES_SOCKET_BAD,
                    waits[i].revents & POLLOUT || ended ? waits[i].fd : ARES_SOCKET_BAD);
  }
  ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its own time-outs
}

ErrorCode code_of(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
      return ErrorCode::not_found;
    case ARES_ETIMEOUT:
      return ErrorCode::timeout;
    case ARES_EBADNAME:
      return ErrorCode::malformed;
    default:
      return ErrorCode::unreachable;
  }
}

}  // namespace

// Several releases of c-ares have lost questions without a callback, so the end is ours to decide.
Result<std::vector<IpAddress>> resolve_host(const std::string& host, Duration limit,
                                            std::span<const SocketAddress> servers) {
  Outcome outcome;
  const Channel channel = open_channel(servers);
  if (!channel) return fail(ErrorCode::internal, "c-ares did not start");
  const ares_addrinfo_hints hints{.ai_flags = 0, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_protocol = 0};
  ares_getaddrinfo(channel.get(), host.c_str(), nullptr, &hints, take_outcome, &outcome);

  const auto end = system_clock().now() + limit;
  for (auto now = system_clock().now(); !outcome.status && now < end; now = system_clock().now())
    work(channel.get(), end - now);
  if (!outcome.status) return fail(ErrorCode::timeout, "no address of " + host + " in time");
  if (outcome.addresses.empty())
    return fail(code_of(*outcome.status), "no address of " + host + ": " + ares_strerror(*outcome.status));
  return std::move(outcome.addresses);
}

std::vector<SocketAddress> nameservers_in(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r", kWord = "nameserver";
  std::vector<SocketAddress> found;
  while (!text.empty()) {
    const auto line_end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, line_end);
    text.remove_prefix(std::min(line_end + 1, text.size()));
    line = line.substr(0, line.find_first_of("#;"));
    if (!line.starts_with(kWord) || line.size() == kWord.size() || kSpace.find(line[kWord.size()]) == kSpace.npos)
      continue;
    line.remove_prefix(std::min(line.find_first_not_of(kSpace, kWord.size()), line.size()));
    const auto address = IpAddress::parse(line.substr(0, line.find_first_of(kSpace)));
    if (address) found.push_back({*address, 53});
  }
  return found;
}

}  // namespace harbinger::net
