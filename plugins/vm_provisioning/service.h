// Everything that has instances ready, of one state folder: the process's one, across reloads.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/client_keys.h>
#include <harbinger/profile_tag.h>
#include <harbinger/repeater.h>
#include <harbinger/secret_file.h>
#include <harbinger/worker_rings.h>
#include "base/listeners.h"
#include "plugins/engine_source.h"
#include "plugins/grpc_door.h"
#include "plugins/late_engine.h"
#include "plugins/vm_provisioning/tag_holders.h"
#include "provision/engine.h"
#include "provision/rpc/provisioning_server.h"

namespace harbinger::vm_provisioning {

struct ServiceSettings {
  std::filesystem::path state{};  ///< folder; made when missing
  std::optional<std::filesystem::path> key{};
  provision::Mode mode = provision::Mode::dry_run;
  std::vector<provision::PoolSettings> pools{};                           ///< in the order of their numbers
  std::map<std::string, std::map<std::string, std::string>> providers{};  ///< by word, with what each is told
  provision::Budgets budgets{};
  ProfileTagKeys::Settings tags{};
  /// Where applications and scalers come in over gRPC, with what proves who is who.
  std::optional<GrpcDoor> door{};
  friend bool operator==(const ServiceSettings&, const ServiceSettings&);
};

/// What answers tell of instances, and who hears when it changes: of one service, and of the next one of the folder after a reload, so that answers
/// stay while instances are found again.
struct Told {
  provision::ReadyTable table;
  Listeners<void(provision::Wish wish)> listeners;
};

/// Any thread but a worker's, except where it says otherwise. Begins when no older service of the folder lives any more, and lets applications in when the address is free.
class ProvisioningService {
 public:
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };
  /// Made for the first who asks for this folder and these settings, gone after the last. Errors: those of the files in it, and of providers.
  static Result<std::shared_ptr<ProvisioningService>> shared(const ServiceSettings& settings, const World& world);
  ~ProvisioningService();
  ProvisioningService(const ProvisioningService&) = delete;
  ProvisioningService& operator=(const ProvisioningService&) = delete;

  /// Called, on any thread, when a wish is answered differently, while the handle lives. Tag 0: whoever has no instance of that pool.
  [[nodiscard]] std::shared_ptr<void> on_change(std::function<void(provision::Wish wish)> changed) {
    return told_->listeners.add(std::move(changed));
  }
  std::shared_ptr<const ProfileTagKeys> keys() const { return keys_; }

  // On workers; no lock, no allocation.
  const provision::ReadyTable& table() const { return told_->table; }
  const ClientKeys& client_keys() const { return *client_keys_; }
  bool is_void(std::uint64_t tag) const noexcept { return holders_.is_void(tag); }
  UnixMillis calendar(MonotonicTime at) const noexcept {
    return at.ns / 1'000'000 + offset_ms_.load(std::memory_order_relaxed);
  }
  /// A client wants an instance; `own_tag` is what follows from what it is.
  void wished(const provision::WishEvent& event, std::uint64_t own_tag) noexcept;
  void led(std::uint16_t pool, std::size_t lead, float count) noexcept {
    if (auto* engine = engine_.running()) engine->led(pool, lead, count);
  }

  /// Null until it has begun.
  std::shared_ptr<provision::ProvisioningEngine> engine() const { return engine_.get(); }
  /// Why no instance can be had; empty when all is well.
  std::string trouble() const;
  /// Hears of clients and their tags at once, for tests.
  void look();

 private:
  struct Holder {
    std::uint64_t client = 0, tag = 0;
  };
  ProvisioningService(ServiceSettings settings, const World& world, std::shared_ptr<Told> told);
  Result<void> open();
  Result<void> begin();
  Result<void> open_door();
  Result<void> begin_and_open() {
    return engine_.attempt([this] { return begin(); }, [this] { return open_door(); });
  }
  Result<provision::ProvisioningEngine::World> engine_world() const;
  void hear_holders();
  void read_calendar() noexcept;

  const ServiceSettings settings_;
  const World world_;
  const std::shared_ptr<Told> told_;
  Secret secret_{};
  std::shared_ptr<const ProfileTagKeys> keys_;
  std::unique_ptr<const ClientKeys> client_keys_;
  std::atomic<std::int64_t> offset_ms_{0};  // calendar less monotonic time

  WorkerRings<Holder> seen_{1024};
  std::mutex looking_;
  TagHolders holders_;

  LateEngine<provision::ProvisioningEngine> engine_;
  std::unique_ptr<provision::ProvisioningServer> door_;  // goes before the engine
  std::unique_ptr<Repeater> rounds_;                     // first to end
};

using EngineSource = harbinger::EngineSource<provision::ProvisioningEngine>;

}  // namespace harbinger::vm_provisioning
