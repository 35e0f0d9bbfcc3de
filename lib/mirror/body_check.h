// What a web server gives out for a URL: its octets read once, not kept, and their SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include "edge/fetch_target.h"

namespace harbinger::mirror {

using Sha256 = std::array<std::uint8_t, 32>;

struct BodyFacts {
  enum class Cache : std::uint8_t { not_told, hit, miss };
  unsigned status = 0;
  Sha256 sha256{};
  bool digest_by_word = false;  ///< the server told the digest (RFC 9530), and the body was not read
  std::optional<std::uint64_t> bytes{};
  std::string coding{};  ///< Content-Encoding
  Cache cache = Cache::not_told;
  bool too_large = false;
  std::string
      trouble{};  ///< why it is of no use: no answer, another status than 200, a body that broke off; empty: it is whole

  bool good() const { return trouble.empty() && !too_large; }
};

struct BodyOrder {
  SocketAddress server{};
  edge::FetchTarget target{};
  std::uint64_t most_bytes = 0;
  MonotonicTime deadline{};
  bool take_word = false;  ///< the server's Repr-Digest will do
  std::string accept_encoding{};
};

/// However the server behaves, it ends with the deadline. Never follows a redirect. Memory: 96 KiB.
boost::asio::awaitable<BodyFacts> check_body(boost::asio::io_context& context, BodyOrder order, const Clock& clock);

/// The SHA-256 in a Repr-Digest field; nothing for what is none.
std::optional<Sha256> read_repr_digest(std::string_view field);

}  // namespace harbinger::mirror
