// From a configuration to running chains: which plugins see a query, and in what order.
#pragma once

#include <atomic>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/config.h>
#include <harbinger/plugin.h>

namespace harbinger {

/// How the answer cache of a server block behaves: the `cache` directive.
struct CacheConfig {
  bool off = false;
  std::chrono::seconds max_ttl{86400};           ///< no answer is kept longer
  std::chrono::seconds max_negative_ttl{10800};  ///< RFC 2308 sec. 5
  std::chrono::seconds min_ttl{0};
  std::chrono::seconds serve_stale{0};          ///< how long past its TTL an answer may be given, 0 never (RFC 8767)
  std::chrono::milliseconds stale_after{1800};  ///< the client waits so long for a fresh one first (RFC 8767 sec. 5)
  std::chrono::seconds stale_ttl{30};
  int refresh_percent = 10;  ///< refreshed when asked for in this last part of its TTL; 0 never
};

/// A running chain: the plugins of one server block. Immutable once built.
class Chain : public std::enable_shared_from_this<Chain> {
 public:
  std::uint32_t id() const { return id_; }  ///< unique in the process; part of every answer's key
  const std::vector<Name>& zones() const { return zones_; }
  const CacheConfig& cache() const { return cache_; }

  std::span<Plugin* const> admit() const { return admit_; }
  std::span<Plugin* const> identify() const { return identify_; }
  std::span<Plugin* const> serve() const { return serve_; }
  std::span<Plugin* const> decorate() const { return decorate_; }
  std::span<Plugin* const> observe() const { return observe_; }
  const std::vector<std::unique_ptr<Plugin>>& plugins() const { return plugins_; }

  /// Stops every plugin, last one first; once, however often it is called. For the owner, when no query is in work any more: a thread
  /// of a plugin may hold the chain a moment longer, and must not be the one that ends itself.
  void stop() const;
  /// Stops, if nobody did.
  ~Chain();

 private:
  friend class ChainBuilder;
  std::uint32_t id_ = 0;
  std::vector<Name> zones_;
  CacheConfig cache_;
  std::vector<std::unique_ptr<Answers>> answers_;
  std::vector<std::unique_ptr<PluginContext>> contexts_;
  std::vector<std::unique_ptr<Plugin>> plugins_;  // in the order of the file
  std::vector<Plugin*> admit_, identify_, serve_, decorate_, observe_;
  mutable std::atomic<bool> stopped_{false};
};

/// Longest configured suffix first. Immutable.
class ZoneMap {
 public:
  /// False when the zone is there already.
  bool add(const Name& zone, std::shared_ptr<const Chain> chain);
  /// The chain of the longest zone that `name` is within, or null. Valid while the map lives.
  const std::shared_ptr<const Chain>* find(const Name& name) const;
  /// As above, but DS records of a zone that is served belong to its parent, if that is served too (RFC 4035 sec. 3.1.4.1).
  const std::shared_ptr<const Chain>* find_for(const Name& name, RRType type) const;

 private:
  struct Entry {
    std::uint64_t hash;
    Name zone;
    std::shared_ptr<const Chain> chain;
  };
  std::vector<std::vector<Entry>> by_labels_;  // sorted by hash, one table per label count
  std::vector<std::size_t> label_counts_;      // that occur, longest first
};

/// Where queries of a set of zones come in.
struct ListenAddress {
  SocketAddress address;
  Transport transport = Transport::udp;  ///< `udp` stands for UDP and TCP; `tls`, `https` for theirs
  friend auto operator<=>(const ListenAddress&, const ListenAddress&) = default;
};

/// Options of the whole server, from the global block.
struct ServerConfig {
  std::size_t workers = 0;  ///< 0: one per processor
  ByteSize cache_size{64 << 20};
  std::chrono::milliseconds query_timeout{5000};
  std::chrono::milliseconds lameduck{0};  ///< goes on answering so long after it was told to stop
  std::uint16_t max_udp_size = 1232;
  std::chrono::milliseconds tcp_idle_timeout{10000};
  std::chrono::milliseconds tcp_message_timeout{5000};  ///< for one whole message, and for writing one
  std::size_t tcp_connections = 4096;                   ///< per worker; the longest idle one goes first
  std::size_t tcp_pipeline = 256;                       ///< queries of one connection in work
  bool share_port = false;                              ///< start although another process listens on the port
};

/// A whole configuration, built: what a server swaps as one.
struct ChainSet {
  ServerConfig server;
  struct Port {
    ListenAddress listen;
    std::shared_ptr<const ZoneMap> zones;
  };
  std::vector<Port> ports;
  std::vector<std::shared_ptr<const Chain>> chains;
  std::vector<std::filesystem::path> sources;  ///< files that the configuration came from
  std::string fingerprint;                     ///< equal for equal configurations

  /// By role, in running order, as `harbingerd -plugins` prints it.
  std::string describe() const;
};

/// What chains are built with: shared by all plugins.
struct World {
  LogSink* log = nullptr;
  Metrics* metrics = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Exchange* exchange = nullptr;
  std::function<void(std::function<void()>)> in_background;
  std::function<bool(std::string_view)> ask_server;
  /// Makes a chain's kept answers disappear; wired to the answer cache.
  std::function<void(std::uint32_t chain, const Name& name)> answers_changed;
  std::function<void(std::uint32_t chain)> answers_changed_all;
  /// Has a worker answer a question with `chain`: see PluginContext::resolve_ahead.
  std::function<bool(std::shared_ptr<const Chain> chain, const AheadQuestion& question,
                     std::function<void(const AheadAnswer&)> done)>
      resolve_ahead;
  /// 53 for `example.org`, unless the operator said otherwise with -dns.port.
  std::uint16_t default_port = 53;
  bool checking = false;
};

/// Builds every block or tells every error, each with its place and what would be right.
std::expected<std::shared_ptr<const ChainSet>, config::Errors> build_chains(const config::File& file,
                                                                            std::span<const PluginSpec> plugins,
                                                                            const World& world);

/// Everything that makes two configurations behave alike, as one text: tells without building whether anything changed.
std::string fingerprint_of(const config::File& file);

/// Loads the plugin of a shared object. Errors say what is wrong: no such file, not a plugin, or built against another ABI
/// (both fingerprints are named). The object stays loaded.
Result<PluginSpec> load_plugin(const std::filesystem::path& file);

}  // namespace harbinger
