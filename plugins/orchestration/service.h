// Everything that has resources ready for users, of one state folder: the process's one, across reloads.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/repeater.h>
#include "orchestrate/engine.h"
#include "orchestrate/rpc/orchestration_server.h"
#include "plugins/engine_source.h"
#include "plugins/grpc_door.h"
#include "plugins/late_engine.h"
#include "plugins/orchestration/intake.h"
#include "plugins/orchestration/rows.h"

namespace harbinger::orchestration {

struct ServiceSettings {
  std::filesystem::path state{};  ///< folder; made when missing
  std::optional<std::filesystem::path> key{};
  orchestrate::OrchestrationEngine::Settings engine{};
  std::chrono::milliseconds horizon{std::chrono::minutes(5)};  ///< how far ahead needs are foreseen
  bool network = false;                                        ///< reads acts, too
  std::map<std::string, TargetSettings> targets{};             ///< by name
  IntakeSettings intake{};
  std::vector<orchestrate::AttributeModel::Rule> rules{};
  /// Where sensors and applications come in over gRPC, with what proves who is who.
  std::optional<GrpcDoor> door{};
  friend bool operator==(const ServiceSettings&, const ServiceSettings&);
};

/// Any thread. Begins when no older service of the folder lives any more.
class OrchestrationService {
 public:
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };
  /// Made for the first who asks for this folder and these settings, gone after the last. Errors: those of the files in it, of targets, and of logs.
  static Result<std::shared_ptr<OrchestrationService>> shared(const ServiceSettings& settings, const World& world);
  ~OrchestrationService();
  OrchestrationService(const OrchestrationService&) = delete;
  OrchestrationService& operator=(const OrchestrationService&) = delete;

  /// Both null until it has begun.
  std::shared_ptr<orchestrate::OrchestrationEngine> engine() const { return engine_.get(); }
  std::shared_ptr<Intake> intake() const;
  /// Why nothing can be made; empty when all is well.
  std::string trouble() const;
  /// Tries to begin, as it does by itself a few times a second, for tests.
  void look();

 private:
  OrchestrationService(ServiceSettings settings, const World& world);
  Result<void> open();
  Result<void> begin();
  Result<void> open_door();
  Result<void> begin_and_open() {
    return engine_.attempt([this] { return begin(); }, [this] { return open_door(); });
  }
  Result<orchestrate::OrchestrationEngine::World> engine_world() const;
  Result<std::unique_ptr<orchestrate::ActReader>> reader() const;

  const ServiceSettings settings_;
  const World world_;
  Secret secret_{};

  LateEngine<orchestrate::OrchestrationEngine> engine_;
  mutable std::mutex lock_;  // of the intake's pointer
  std::shared_ptr<Intake> intake_;
  std::unique_ptr<orchestrate::OrchestrationServer> door_;  // goes before the others
  std::unique_ptr<Repeater> rounds_;                        // first to end
};

using EngineSource = harbinger::EngineSource<orchestrate::OrchestrationEngine>;

}  // namespace harbinger::orchestration
