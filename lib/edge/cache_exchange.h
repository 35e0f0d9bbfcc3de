// A request to the cache, and its response read and thrown away.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include "edge/fetch_desk.h"

namespace harbinger::edge {

/// Connections to a cache, kept open and used again. One thread; lives longer than every exchange.
class CacheConnections {
 public:
  struct Settings {
    SocketAddress cache{};
    std::size_t kept = 32;
    std::uint64_t most_bytes = 16 << 20;
    std::chrono::milliseconds patience{10'000};
    std::string accept_encoding{};
  };
  CacheConnections(boost::asio::io_context& context, Settings settings, const Clock& clock);
  ~CacheConnections();

  /// However the cache behaves, this comes to an end: it waits for each step `patience` at most, and leaves a response that is larger than `most_bytes`, or that drips.
  boost::asio::awaitable<FetchEnd> fetch(FetchOrder order);

 private:
  class Connection;
  std::unique_ptr<Connection> take_idle();
  void keep(std::unique_ptr<Connection> connection);

  boost::asio::io_context& context_;
  const Settings settings_;
  const Clock& clock_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace harbinger::edge
