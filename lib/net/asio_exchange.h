// The Exchange over sockets: finds the calling loop's sockets and hands the question to them.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>

#include <harbinger/net.h>
#include <harbinger/worker.h>

#include "net/poller.h"
#include "net/tcp_upstream.h"

namespace harbinger::net {

/// What one loop holds for one exchange. Lives in the loop's io_context and ends with it.
struct AskingLoop {
  AskingLoop(AsioLoop& its_loop, const Tools& tools, Duration tcp_idle)
      : loop(&its_loop), poller(its_loop, tools), idle(tcp_idle) {}

  TcpUpstream& tcp(const SocketAddress& server);

  AsioLoop* const loop;
  Poller poller;
  const Duration idle;
  std::map<SocketAddress, std::unique_ptr<TcpUpstream>> connections;
};

class AsioExchange final : public Exchange {
 public:
  explicit AsioExchange(const ExchangeConfig& config);
  ~AsioExchange() override;

  Task<Result<std::vector<std::uint8_t>>> ask(const SocketAddress& server, Over over,
                                              std::span<const std::uint8_t> query, MonotonicTime deadline) override;

  /// One place per worker for its AskingLoop; emptied by the loop's end. Shared with the loops, which may outlive the exchange.
  using Places = std::array<AskingLoop*, kMaxWorkers + 1>;

 private:
  AskingLoop* here();

  const Tools tools_;
  const Duration tcp_idle_;
  const std::shared_ptr<Places> places_;
};

}  // namespace harbinger::net
