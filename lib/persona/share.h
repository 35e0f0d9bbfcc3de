// What several engines and servers know together: assignments, clients' last acts, published tables. Redis behind it (redis_share.cpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/persona.h>
#include <harbinger/result.h>

namespace harbinger::persona {

/// All functions may be called by any thread and return at once: work goes through a bounded queue to a thread of the share's own. Away means away:
/// what could not be written is kept as the latest value of each key, as far as there is room, and written when the store is back.
class Share {
 public:
  virtual ~Share() = default;

  /// Everybody shall know; kept until the assignment expires.
  virtual void publish(const PersonaAssignment& assignment) = 0;
  /// The client's profile (opaque octets), so that another engine can go on with it; kept for an hour.
  virtual void publish_client(ClientKey client, std::span<const std::uint8_t> profile) = 0;
  /// A table under a name ("catalogue", "network", "clusters"): the newest version wins; an older one than is there is not written.
  virtual void publish_table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) = 0;

  /// What others know of a client; comes on the share's thread, exactly once. Nothing when there is nothing or nobody to ask.
  struct Known {
    std::optional<PersonaAssignment> assignment;
    std::vector<std::uint8_t> profile;
  };
  virtual void look_up(ClientKey client, std::function<void(Known)> done) = 0;

  /// What others publish from now on, and the tables that are there already. Called on the share's thread; `own` publications do not come back.
  struct Watcher {
    std::function<void(const PersonaAssignment&)> assigned;
    std::function<void(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets)> table;
  };
  virtual void watch(Watcher watcher) = 0;

  struct State {
    bool connected = false;
    std::uint64_t written = 0, waiting = 0, lost = 0, failovers = 0;
    std::string master;   ///< address that is written to
    std::string trouble;  ///< one sentence; empty when all is well
  };
  virtual State state() const = 0;
};

struct RedisSettings {
  std::string
      url;  ///< redis://[[user]:password@]host[:port][/db], unix:///path, or redis+sentinel://[:password@]host:port[,host:port...]/master-name[/db]
  std::string prefix = "harbinger:";
  std::chrono::milliseconds patience{250};  ///< for one command; connecting included
  std::size_t queue = 65536;
};

/// `malformed` for a URL that cannot be read. A store that is away is no error.
Result<std::unique_ptr<Share>> make_redis_share(const RedisSettings& settings, const Clock& clock, const Logger& log);

}  // namespace harbinger::persona
