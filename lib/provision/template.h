// What instances are made of, and what they are.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/address.h>
#include <harbinger/clock.h>

namespace harbinger::provision {

/// What an instance may use.
struct Size {
  double cpus = 1;
  std::uint64_t memory_mb = 256;
  friend bool operator==(const Size&, const Size&) = default;
};

/// One kind of instance: how it is started, and how one knows that it serves.
struct Template {
  std::string name{};                  ///< also its pool's
  std::string provider{};              ///< that starts it
  Size size{};                         ///< to begin with
  Size most{};                         ///< it may grow to
  std::vector<std::string> command{};  ///< what runs in it; `{address}`, `{port}`, `{id}` stand for what it is given
  std::string
      image{};  ///< what it runs on: a root folder, a kernel, an image, a domain; as its provider understands it
  std::map<std::string, std::string> more{};  ///< further words of the provider: "initrd", "namespace", ...
  std::uint16_t port = 0;                     ///< that it serves on; 0: the provider gives it one
  std::string
      health{};  ///< path that answers 2xx over HTTP when it is ready; empty: ready when its port accepts connections
  Duration ready_within = std::chrono::seconds(30);  ///< else it has failed
  friend bool operator==(const Template&, const Template&) = default;
};

/// Where an instance is reached.
struct Reach {
  std::vector<IpAddress> addresses{};
  std::uint16_t port = 0;
  friend bool operator==(const Reach&, const Reach&) = default;
};

/// What an instance uses at a moment.
struct Usage {
  double cpus = 0;
  std::uint64_t memory_mb = 0;
  std::uint32_t connections = 0;
  bool knows_connections = false;
};

}  // namespace harbinger::provision
