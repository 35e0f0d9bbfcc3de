// The thread that has instances ready: counts wishes, sizes pools, starts, watches, hands out, drains and stops.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "provision/pool_sizer.h"
#include "provision/provider.h"
#include "provision/ready_table.h"
#include "provision/template.h"

namespace harbinger::provision {

enum class Mode : std::uint8_t { off, dry_run, on };

/// A pool: instances of one template that may be exchanged for one another until somebody is given one.
struct PoolSettings {
  Template what{};
  PoolSizer::Settings sizing{};
  enum class Without : std::uint8_t { shared, waiting_room, wait } without = Without::waiting_room;
  std::vector<IpAddress> waiting_room{};
  Duration idle_after =
      std::chrono::minutes(5);                ///< an instance that is not wanted, nor used, for so long is given back
  Duration drain = std::chrono::seconds(30);  ///< between its last answer and its end
  std::chrono::seconds ttl{30};
  bool recycle = false;  ///< used instances go back to the pool, instead of being stopped
};

/// What may be spent. Hard: nothing goes past, whatever a forecast or a client says.
struct Budgets {
  unsigned instances = 100;         ///< of all pools together
  unsigned starts_per_hour = 1000;  ///< of all pools
  unsigned starts_per_pool_hour = 200;
  unsigned tags_per_client_hour = 8;  ///< that a client may be given instances for
  unsigned starts_per_tag_hour = 4;
  /// What it takes before somebody who did not prove his address is given an instance: so many different clients with that tag, within an hour. 2 .. 16; 0: proof.
  unsigned clients_without_proof = 3;
};

/// One client's wish, from a worker.
struct WishEvent {
  Wish wish{};
  std::uint64_t client = 0;  ///< keyed hash of its address
  bool proved = false;       ///< Query::address_proved
};

enum class Step : std::uint8_t { ordered, starting, ready, assigned, draining, stopping, failed };
std::string_view to_string(Step step);

/// Any thread, except where a member says otherwise.
class ProvisioningEngine {
 public:
  struct Settings {
    Mode mode = Mode::dry_run;
    std::vector<PoolSettings> pools{};  ///< in the order of their numbers
    Budgets budgets{};
    Duration round = std::chrono::seconds(1);  ///< of control
    std::size_t tags = 100'000;                ///< that are known at most
    unsigned threads = 4;                      ///< that wait for providers
  };
  using MakeSizer = std::function<std::unique_ptr<PoolSizer>(const PoolSizer::Settings&)>;
  /// `clock`, `metrics` and `table` outlive it.
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
    ReadyTable* table = nullptr;
    std::map<std::string, std::unique_ptr<Provider>, std::less<>> providers{};
    std::filesystem::path journal{};  ///< a sealed file: what was ordered, before it was ordered
    Secret secret{};
    /// A wish got another answer; after the table has it. Tag 0: what those without an instance get of that pool.
    std::function<void(Wish wish)> changed{};
    MakeSizer sizers = make_pool_sizer;  ///< of each pool
  };
  /// Errors: a template's provider is missing, two pools of one name, a budget that cannot be, the journal cannot be read or belongs to another process.
  static Result<std::unique_ptr<ProvisioningEngine>> start(Settings settings, World world);
  /// Instances that outlive us go on, and are found again; others end.
  virtual ~ProvisioningEngine() = default;

  /// A query for a tag in a pool, whether it has an instance or not: by its wishes an instance is kept. On workers: a few stores; what does not fit is lost, and
  /// counted.
  virtual void wished(const WishEvent& event) noexcept = 0;
  /// A lead of a pool: a query that tends to come before a wish. On workers.
  virtual void led(std::uint16_t pool, std::size_t lead, float count) noexcept = 0;
  /// This tag is void (its client's profile has changed): its instances are given to `instead`, or given back.
  virtual void invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead) = 0;

  struct Registration {
    std::string id{};
    Step step{};
    Reach reach{};
    std::string why{};  ///< not more than that
  };
  /// For applications that proved who they are: an instance for a tag, which counts as proof. `denied`: a budget, or dry run; `not_found`: no such pool.
  virtual Result<Registration> ask_for(std::uint64_t tag, std::string_view pool) = 0;
  virtual Result<void> release(std::string_view instance) = 0;
  /// Starts nothing more, and keeps what there is; and back. Holds across restarts.
  virtual void halt(bool halted) = 0;

  struct InstanceState {
    std::string id{}, pool{};
    Step step{};
    Reach reach{};
    std::uint64_t tag = 0;  ///< 0: nobody's; kSharedTag: everybody's
    Size size{};
    Usage usage{};
    double for_s = 0;    ///< in its step
    double start_s = 0;  ///< that its start took
    std::string trouble{};
  };
  struct PoolState {
    std::string name{}, provider{}, provider_trouble{};
    unsigned starting = 0, ready = 0, assigned = 0, draining = 0, failed = 0;
    PoolSizer::Target target{};
    std::uint64_t wishes = 0, hits = 0, cold = 0, refused = 0, starts = 0, failures = 0, stops = 0;
    double idle_s = 0, served = 0;  ///< instance-seconds unused; wishes that were given one
  };
  struct State {
    Mode mode{};
    bool halted = false;
    std::vector<PoolState> pools{};
    std::vector<InstanceState> instances{};
    std::uint64_t lost = 0;
    std::string journal_trouble{};
  };
  virtual State state() const = 0;

  struct Why {
    std::string pool{}, verdict{};
    PoolSizer::Target target{};
    std::vector<PoolSizer::Term> terms{};
  };
  virtual Result<Why> why(std::string_view pool) const = 0;

  /// Called after an instance got to another step, on the engine's thread, while the handle lives. Step `stopping` with trouble "it is gone" is the last of each.
  [[nodiscard]] virtual std::shared_ptr<void> on_change(std::function<void(const InstanceState&)> heard) = 0;
};

}  // namespace harbinger::provision
