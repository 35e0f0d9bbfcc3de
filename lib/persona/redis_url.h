// Where Redis is, as an operator writes it into one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::persona {

/// A Redis or Sentinel: a host (name or address) with its port, or the path of a Unix socket.
struct RedisAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string path;  ///< not empty: a Unix socket

  std::string to_string() const;
  bool operator==(const RedisAddress&) const = default;
};

struct RedisUrl {
  std::vector<RedisAddress> addresses;  ///< of Redis (one), or of the Sentinels
  std::string master;                   ///< what the Sentinels call it; empty without Sentinel
  std::string user, password;
  int database = 0;

  bool sentinel() const { return !master.empty(); }
  /// For people: without user and password.
  std::string to_string() const;
};

/// redis://[[user]:password@]host[:port][/db], unix:///path, or redis+sentinel://[[user]:password@]host:port[,host:port...]/master-name[/db].
/// `malformed` otherwise; the message says what would be right and repeats nothing of the text, since any of it may be a password.
Result<RedisUrl> parse_redis_url(std::string_view text);

}  // namespace harbinger::persona
