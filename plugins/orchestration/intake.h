// All that brings acts in for one service, through one door: logs that are followed, posts, and calls over gRPC.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/http.h>
#include <harbinger/log.h>
#include "orchestrate/activity_door.h"
#include "orchestrate/activity_endpoint.h"
#include "orchestrate/activity_follower.h"
#include "orchestrate/rpc/orchestration_server.h"

namespace harbinger::orchestration {

/// `watch` of the configuration.
struct LogSettings {
  std::filesystem::path file{};
  std::string format{}, mapping{};
  bool from_start = false;
  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

struct IntakeSettings {
  std::vector<LogSettings> logs{};
  std::string mapping{};                   ///< of posts in the format `json`
  std::chrono::milliseconds window{5000};  ///< how much later than a later act an act may come
  double acts_per_second = 200;            ///< of one user
  bool keep_scopes = false;
  std::chrono::seconds new_keys{0};  ///< users get new keys so often; 0: never
  friend bool operator==(const IntakeSettings&, const IntakeSettings&) = default;
};

/// Any thread.
class Intake {
 public:
  struct World {
    const Clock* clock = nullptr;  ///< outlives it, as metrics do
    Metrics* metrics = nullptr;
    Logger log{};
    std::filesystem::path state{};  ///< folder: how far logs were read
    Secret secret{};
    orchestrate::ActivitySink sink{};
    std::function<std::size_t()> room{};  ///< how many acts the sink takes now; empty: all
  };
  /// Errors: those of formats and mappings.
  static Result<std::unique_ptr<Intake>> open(const IntakeSettings& settings, World world);

  /// As all sensors make it.
  orchestrate::ActorKey key_of(std::string_view name) const;
  orchestrate::Receipt report(std::span<const orchestrate::ActivityRecord> records);
  orchestrate::ActivityEndpoint::Receipt post(std::string_view format, std::string_view body);

 private:
  Intake(const IntakeSettings& settings, World world);
  Result<void> follow(const LogSettings& log);

  const World world_;
  const orchestrate::ActorKeys keys_;
  std::unique_ptr<orchestrate::ActivityDoor> door_;
  std::unique_ptr<orchestrate::ActivityEndpoint> posts_;
  std::vector<std::unique_ptr<orchestrate::ActivityFollower>> followers_;  // gone first
};

}  // namespace harbinger::orchestration
