// Whether a server gives out what the origin does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include "mirror/publisher.h"
#include "mirror/step.h"

namespace harbinger::mirror {

struct Verified {
  Verdict verdict = Verdict::unreachable;
  std::string why{};        ///< of all but good, for people
  std::uint64_t bytes = 0;  ///< of all URLs together
};

/// Asks for each URL at each of the server's addresses, over HTTP through its cache, and compares status, length, coding and SHA-256 with what the origin says. That is asked for
/// once per URL, and shared. A thread of its own; any thread calls.
class Verifier {
 public:
  struct Settings {
    Duration reference_age = std::chrono::seconds(60);  ///< after which the origin is asked again
    std::size_t references = 10'000;
    std::size_t at_a_time = 32;  ///< bodies, from servers and origins
    /// As the edges' fetchers write it.
    std::string accept_encoding = "gzip, deflate, br, zstd";
  };
  struct Order {
    std::vector<std::string> urls{};
    SocketAddress origin{};
    Publication::At at{};
    std::uint64_t most_bytes = 64ull << 20;  ///< of all URLs together
    std::chrono::milliseconds patience{10'000};
  };
  using Done = std::function<void(const Verified&)>;

  static std::unique_ptr<Verifier> start(const Settings& settings, const Clock& clock);
  virtual ~Verifier() = default;

  /// `done` is called once, on the verifier's thread, within the patience and a little; not any more once the verifier ends. It must not throw.
  virtual void verify(Order order, Done done) = 0;
};

}  // namespace harbinger::mirror
