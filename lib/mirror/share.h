// What several servers know together: who decides about what, what was forecast, what is published.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include "mirror/publisher.h"

namespace harbinger::mirror {

/// What a server forecasts from what it sees itself; requests a minute.
struct SharedForecast {
  std::uint64_t resource = 0;
  std::string cluster{};
  float expected = 0, high = 0, now = 0;
};

/// Any thread; nothing blocks. With no share there is one server, which owns everything.
class MirrorShare {
 public:
  virtual ~MirrorShare() = default;

  /// Whether this server decides about the mirrors of a resource in a cluster: it is first in rendezvous order of those whose lease holds, and its own
  /// lease holds for `margin` longer at least, by a clock that goes on while the process is stopped. Asked right before each act.
  virtual bool owns(std::uint64_t resource, std::string_view cluster, Duration margin) const = 0;

  /// Writes a publication for all servers, if its version is above what is there and this server owns it; the same one again renews its lease.
  /// `done` hears conflict when not, unreachable when it is not known: the same may be written again then. It is called once, on any thread. Only what was
  /// written may be acted upon: between `owns` and the act a process can be stopped for any time.
  virtual void write(const Publication& what, Publisher::Done done) = 0;
  /// What is published now, by anybody; what has no lease any more is left out.
  virtual std::vector<Publication> published() const = 0;
  /// Calls `listener` when a publication came, changed or ended (then without servers), while the handle lives; not for those there are already.
  /// A listener must not let go of its own handle.
  [[nodiscard]] virtual std::shared_ptr<void> listen(std::function<void(const Publication&)> listener) = 0;
  /// The version that the next publication of the two needs at least.
  virtual std::uint64_t next_version(std::uint64_t resource, std::string_view cluster) const = 0;

  /// All that this server forecasts, in place of what it told before. Goes by itself after a few minutes.
  virtual void tell(std::vector<SharedForecast> forecasts) = 0;
  /// What all servers together expect, each from its own clients.
  virtual std::optional<SharedForecast> forecast(std::uint64_t resource, std::string_view cluster) const = 0;

  struct State {
    std::vector<std::string> members{};  ///< whose leases hold, this one among them; none when that is not known
    bool reachable = true;
    std::string trouble{};
  };
  virtual State state() const = 0;
};

/// Alone: owns everything, remembers publications in memory.
std::unique_ptr<MirrorShare> make_lone_share(const Clock& clock);

}  // namespace harbinger::mirror
