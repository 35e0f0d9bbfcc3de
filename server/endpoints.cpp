#include "server/endpoints.h"

#include <algorithm>

#include "server/sockets.h"

namespace harbinger::server {

namespace {

constexpr int kPortTries = 16;  // for a port 0 whose UDP number is taken for TCP

Result<void> probe(const SocketAddress& address) {
  if (auto udp = probe_udp(address); !udp) return udp;
  return probe_tcp(address);
}

Result<Endpoint> open_once(const ListenAddress& wanted, std::size_t workers) {
  Endpoint endpoint{wanted, wanted.address, {}};
  for (std::size_t i = 0; i < workers; ++i) {
    auto udp = open_udp(endpoint.actual);
    if (!udp) return fail(std::move(udp.error()));
    endpoint.actual.port = bound_address(*udp).port;
    auto tcp = open_tcp(endpoint.actual);
    if (!tcp) return fail(std::move(tcp.error()));
    endpoint.sockets.push_back({std::move(*udp), std::move(*tcp)});
  }
  return endpoint;
}

Result<Endpoint> open(const ListenAddress& wanted, std::size_t workers, bool look) {
  if (wanted.transport != Transport::udp) {
    return fail(ErrorCode::denied, "cannot listen on " + wanted.address.to_string() + ": " +
                                       std::string(to_string(wanted.transport)) + " is not available; use dns");
  }
  if (wanted.address.port == 0) {
    for (int i = 1; i < kPortTries; ++i)
      if (auto endpoint = open_once(wanted, workers)) return endpoint;
  } else if (look) {
    if (auto free = probe(wanted.address); !free) return fail(std::move(free.error()));
  }
  return open_once(wanted, workers);
}

}  // namespace

std::expected<std::vector<Endpoint>, config::Errors> open_endpoints(std::span<const ListenAddress> wanted,
                                                                    std::size_t workers, bool share_port,
                                                                    std::span<const std::uint16_t> ours,
                                                                    const Logger& log) {
  std::vector<Endpoint> endpoints;
  config::Errors errors;
  std::vector<ListenAddress> opened;
  for (const auto& address : wanted) {
    if (std::ranges::find(opened, address) != opened.end()) continue;
    opened.push_back(address);
    // 0.0.0.0:53 and 127.0.0.1:53 of one configuration get along, but a look at one would stumble over the other.
    const auto same_port = [&](const ListenAddress& other) { return other.address.port == address.address.port; };
    const bool shared_with_us =
        std::ranges::find(ours, address.address.port) != ours.end() || std::ranges::count_if(opened, same_port) > 1;
    auto endpoint = open(address, workers, !share_port && !shared_with_us);
    if (endpoint) {
      endpoints.push_back(std::move(*endpoint));
    } else if (endpoint.error().code == ErrorCode::unsupported && is_wildcard(address.address.ip)) {
      log.info("unsupported", endpoint.error().message);
    } else {
      errors.push_back(std::move(endpoint.error()));
    }
  }
  if (endpoints.empty() && !wanted.empty() && errors.empty())
    errors.push_back({ErrorCode::unsupported, "no address of the configuration can be listened on"});
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return endpoints;
}

}  // namespace harbinger::server
