// Servers that keep copies of our zones: Knot, NSD and BIND from Debian, and kdig that fetches whole zones.
#pragma once

#include <optional>
#include <set>
#include <string>

#include <tests/support/peers.h>

namespace harbinger::test {

/// A key as kdig writes it.
struct SharedKey {
  std::string name;    ///< `to.secondary.`
  std::string secret;  ///< base64
};

/// What a secondary is made of.
struct SecondarySetup {
  std::string program;    ///< `knotd`, `nsd` or `named`
  std::string zone;       ///< without the last dot
  SocketAddress primary;  ///< need not answer yet
  SocketAddress address;  ///< where it listens
  std::optional<SharedKey> key{};
};

/// Of the zone in an empty folder. Hears notifications from 127.0.0.1, signed ones if it has a key, and gives the zone to everybody there.
DnsServer start_secondary(const Scratch& scratch, const SecondarySetup& setup);

/// The serial that a server has of a zone.
std::optional<std::uint32_t> serial_at(const SocketAddress& server, const std::string& zone);

/// Runs kdig, and returns what it wrote.
std::string kdig(const SocketAddress& server, std::vector<std::string> words,
                 const std::optional<SharedKey>& key = std::nullopt);

/// All records of a zone as kdig fetches them, one a line and each once; empty when the server does not give them.
std::set<std::string> whole_zone(const SocketAddress& server, const std::string& zone,
                                 const std::optional<SharedKey>& key = std::nullopt);

}  // namespace harbinger::test
