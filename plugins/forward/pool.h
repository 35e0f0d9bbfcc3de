// From the words of the configuration to upstreams: addresses stay, host names and files are looked at again now and then.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <harbinger/log.h>
#include <harbinger/rcu.h>

#include "plugins/forward/target.h"
#include "plugins/forward/upstream.h"

namespace harbinger::forward {

class Pool {
 public:
  static constexpr Duration kRefreshInterval = std::chrono::minutes(5);
  static constexpr Duration kRetryInterval = std::chrono::seconds(5);

  /// Where addresses come from; tests pass their own.
  struct Sources {
    std::function<Result<std::vector<IpAddress>>(const std::string& host)> resolve;
    std::function<Result<std::string>(const std::filesystem::path&)> read_file;
    static Sources of_the_system();
  };

  Pool(std::vector<Target> targets, Sources sources, Metrics* metrics, Logger log);

  /// Reads addresses and files: what is there without asking anybody. Errors: a file that is missing or names nobody.
  Result<void> load();
  /// Resolves host names and reads files again. Blocks; not on a worker. What cannot be found keeps its last addresses.
  void refresh(MonotonicTime now);
  /// True, for one caller, when refresh should be called.
  bool refresh_due(MonotonicTime now);
  bool has_hosts() const;
  bool is_empty() const { return empty_.load(std::memory_order_relaxed); }

  /// Those known now. On a thread that reads what RCU protects.
  std::shared_ptr<const Upstreams> upstreams() const { return *published_.load(); }

 private:
  struct Entry {
    Target target;
    std::vector<SocketAddress> addresses;
  };
  struct Known {
    std::shared_ptr<Upstream> upstream;
    Metrics::GaugeHandle gauge;
  };

  Result<void> read(Entry& entry, const std::filesystem::path& path);
  bool resolve(Entry& entry, const Host& host);
  void publish();
  const Known& know(const SocketAddress& address);

  const Sources sources_;
  Metrics* const metrics_;
  const Logger log_;
  const bool changes_;
  std::mutex mutex_;  // of refreshing, which reload and timer may both want
  std::vector<Entry> entries_;
  std::map<SocketAddress, Known> known_;
  std::atomic<std::int64_t> next_refresh_{0};
  std::atomic<bool> empty_{true};
  rcu::Published<std::shared_ptr<const Upstreams>> published_;
};

}  // namespace harbinger::forward
