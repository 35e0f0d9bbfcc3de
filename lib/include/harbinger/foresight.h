// The learner as a service: accesses in from every thread, tables out that are read without locks, and one thread that learns.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/access_history.h>
#include <harbinger/client_keys.h>
#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/recent_resources.h>
#include <harbinger/refresh_planner.h>
#include <harbinger/result.h>
#include <harbinger/sequence_model.h>

namespace harbinger {

/// Learns from accesses and says what is wanted next. Knows nothing of DNS: a resource is text. What it has learnt survives a restart when it
/// has a journal: a snapshot every minute, and the journal's accesses since. Nothing that is asked of it on the query path waits for
/// the learning thread.
class Foresight {
 public:
  struct Settings {
    std::optional<AccessHistory::Settings> journal{};  ///< without it, everything is in memory and forgotten at the end
    SequenceModel::Settings model{};
    RecentResources::Settings recent{};
    RefreshPlanner::Settings planner{};
    std::vector<std::filesystem::path> manifests{};  ///< descriptions of fragments (fragments.h)
    std::chrono::seconds snapshot_every{60};
    /// Of one processor's time, what learning may take; beyond it, only some of the clients are learnt from, but these wholly.
    double most_time = 0.05;
    std::size_t ring = 2048;  ///< accesses of a worker that may wait; 288 octets each, which shall stay in its cache
  };
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };

  /// The process's one learner of this journal; without a journal, of these settings. Made for the first who asks, gone after the last. So two
  /// server blocks share one, and it survives a reload. Settings that differ from those it was made with hold from the next start; the
  /// log says so. An error when the journal cannot be used.
  static Result<std::shared_ptr<Foresight>> shared(const Settings& settings, const World& world);

  /// Learns what waits and writes a last snapshot.
  ~Foresight();
  Foresight(const Foresight&) = delete;
  Foresight& operator=(const Foresight&) = delete;

  // For the query path, and any other thread: no lock on a worker (worker.h), no allocation, no system call.

  /// All learners of the process at present, for who talks with every one of them. Any thread but a worker's.
  static std::vector<std::shared_ptr<Foresight>> running();

  /// The key of a client that was seen at `at`.
  ClientKey key_of(const IpAddress& client, MonotonicTime at) const noexcept;
  /// One that asks in the name of a subnet, maybe: see ClientKeys::key_for.
  ClientKey key_of(const IpAddress& client, const std::optional<ClientSubnet>& subnet, MonotonicTime at) const noexcept;
  /// What keys are made with.
  const ClientKeys& keys() const noexcept;
  /// How a resource was wanted. `variant` comes back in Ahead.
  struct Manner {
    std::uint8_t variant = 0;
    bool from_cache = false;  ///< whatever the outcome was
  };
  /// Hands an access on, with resource_hash of its resource; `access.at` is not read, `at` counts. False, and counted, when
  /// too many wait, or when the client floods. Resources of more than 255 octets are not learnt.
  bool accessed(const Access& access, std::uint64_t hash, MonotonicTime at, Manner manner) noexcept;
  /// `client` was given hints of these resources.
  void hinted(ClientKey client, std::span<const std::uint64_t> resources, MonotonicTime at) noexcept;
  const ServedTable& served() const noexcept;
  const RecentResources& recent() const noexcept;
  /// The probability that `client`, at a fragment of hash `current`, wants the one behind it; 1 where it is not known to stop.
  float goes_on(ClientKey client, std::uint64_t current) const noexcept;
  /// 0: all is well; 1: no speculation at all. For whoever watches links and endpoints.
  void set_pressure(float pressure) noexcept;
  float pressure() const noexcept;

  // What clients are expected to want, said at once.

  /// What `client` is expected to want after `access`, which is learnt already. Views are borrowed for the call.
  struct Expectation {
    struct Part {
      std::string_view resource;  ///< the client has not wanted it just now; a fragment by fragment_text()
      float next = 0,
            soon = 0;  ///< as in Guess; of fragments ahead both are the probability that the client comes so far
      std::uint32_t in_ms = 0, size_bytes = 0;
    };
    const Access* access = nullptr;
    MonotonicTime at{};
    std::span<const Part> likely{};  ///< the likeliest next first; then, of a resource in parts, the fragments ahead
  };
  /// On the learning thread, within milliseconds of the access; under load only some are told of. Must not wait, nor ask this learner anything.
  using Listener = std::function<void(const Expectation&)>;
  /// Calls `listener` while the returned handle lives, and not after. Not from within a listener.
  [[nodiscard]] std::shared_ptr<void> listen(Listener listener);
  /// The same of all learners of the process, those to come included; called by one of them at a time.
  [[nodiscard]] static std::shared_ptr<void> listen_to_all(Listener listener);

  // Resolving ahead.

  struct Ahead {
    std::string name;
    std::uint16_t type = 0;
    std::uint8_t variant = 0;
  };
  struct Resolved {
    enum class Outcome : std::uint8_t { kept, failed, under_way, pointless };
    Outcome outcome = Outcome::failed;
    std::uint32_t ttl_s = 0;  ///< of what is kept
  };
  enum class Began : std::uint8_t { yes, no, throttled, only_counted };
  struct Resolver {
    /// How specifically this one covers a name; 0: not at all.
    std::function<std::size_t(std::string_view name)> covers;
    /// Begins, if `yes`; then `done` is called, on any thread, and maybe after the learner's end.
    std::function<Began(const Ahead& what, std::function<void(const Resolved&)> done)> resolve;
  };
  /// Resolves what this one covers with it while the returned handle lives. After its end, `resolve` is not called any more. Not from within
  /// a resolver.
  [[nodiscard]] std::shared_ptr<void> resolve_with(Resolver resolver);

  /// What somebody else expects after a resource: see SequenceModel::suggest. Any thread but a worker's; taken in with the next round, and
  /// dropped when too much waits.
  void suggest(std::string_view context, PersonaId persona, std::span<const std::pair<std::string, float>> successors);

  // For operators and tests; these wait for the learning thread.

  /// What was handed over before is learnt when this returns.
  void catch_up();
  /// catch_up for every learner of the process: for tests and replays that move time themselves.
  static void catch_up_all();

  /// What the learner thinks of a resource, or nothing when it was too busy for `patience`.
  struct Why {
    std::uint64_t resource = 0;
    SequenceModel::Explanation explanation{};
    std::vector<std::pair<std::string, Guess>> likeliest{};  ///< the client's, best first
  };
  std::optional<Why> why(ClientKey client, std::string_view resource, std::chrono::milliseconds patience);

  struct State {
    std::uint64_t accesses = 0, dropped = 0;
    double learnt_from = 1;  ///< share of the clients
    SequenceModel::Size model{};
    std::uint64_t judged = 0;                ///< steps of the last hour
    double model_rate = 0, markov_rate = 0;  ///< top-1 hit rates over them
    bool below_markov = false;
    AccessHistory::State journal{};
    RefreshPlanner::State refresh{};
    bool loading = false;  ///< what was learnt before is not there yet
  };
  /// As of the last second. Does not wait.
  State state() const;
  /// What the operator should know, one sentence each; empty when all is well.
  std::vector<std::string> notes() const;

 private:
  struct Impl;
  explicit Foresight(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Whether `text` is what `pattern` says: `*` stands for anything, every other character for itself.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

}  // namespace harbinger
