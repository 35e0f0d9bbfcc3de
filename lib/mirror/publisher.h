// Where mirrors are made known: in our own answers, or on another DNS server.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/name.h>
#include <harbinger/result.h>

namespace harbinger::mirror {

/// All mirrors of a resource in a cluster, as DNS shall tell them. Replaces what was said before of the two; without servers, nothing is said any more.
struct Publication {
  std::string resource{}, cluster{};  ///< a name in lower case without the last dot
  struct At {
    std::string server{};  ///< the edge's name
    Name target{};         ///< root: addresses only
    std::vector<IpAddress> addresses{};
    std::uint16_t port = 0;
    friend bool operator==(const At&, const At&) = default;
  };
  std::vector<At> servers{};  ///< best first
  std::chrono::seconds ttl{20}, lease{60};
  /// Grows with each owner of (resource, cluster) and each change of theirs: of two, the higher one holds.
  std::uint64_t version = 0;
  friend bool operator==(const Publication&, const Publication&) = default;
};

/// Any thread; nothing blocks. `done` is called once, on any thread: when every query from now on is answered so, or with the reason why it is not known
/// whether it is.
class Publisher {
 public:
  using Done = std::function<void(Result<void>)>;
  virtual ~Publisher() = default;
  virtual void publish(const Publication& what, Done done) = 0;
  /// The same again before its lease is over.
  virtual void renew(const Publication& what, Done done) = 0;
};

}  // namespace harbinger::mirror
