// Who makes what a user needs: instances of a provider, Deployments of Kubernetes, servers and volumes of OpenStack.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "orchestrate/need.h"
#include "provision/provider.h"

namespace harbinger::orchestrate {

struct TargetTraits {
  std::string name{};
  Duration usual_start{};    ///< from `make` until it is ready
  double cost_per_hour = 1;  ///< of a need with count 1, in the operator's unit
  bool changes = false;      ///< can make another size of what is there
};

/// An order for all that one need is made of. Ids are made by the engine: unique in an installation, letters, digits and `-`, at most 36 characters.
struct TargetOrder {
  std::string id{};
  Need need{};
  std::map<std::string, std::string>
      settings{};  ///< of the configuration, for this kind of need: "namespace", "priority", "node", ...
  MonotonicTime deadline{};
};

/// What was made of an order, as the target sees it. `made` of `need.count` parts are there.
struct Made {
  std::string id{};
  Need need{};  ///< as far as the target knows; count is what was ordered
  enum class Condition : std::uint8_t { starting, ready, partly, gone } condition = Condition::starting;
  std::uint32_t parts = 0;  ///< that are ready
  std::vector<provision::Reach> reach{};
  std::string trouble{};  ///< of the parts that are not there
};

/// Calls may wait, but not past their deadline; made from threads of the engine, several at a time, never two for one id. A target keeps nothing that
/// `list` would not find again after a restart.
class Target {
 public:
  virtual ~Target() = default;
  virtual TargetTraits traits() const = 0;
  /// Why it cannot work here; empty when it can.
  virtual std::string trouble() = 0;
  /// Why it can never make this need (an unknown machine type, say); empty when it can.
  virtual std::string refusal(const Need& need) const = 0;

  /// Makes what is ordered; returns when it is under way. The same id again: what is missing of it, nothing twice. Half done is no error: `partly` and `trouble`.
  /// `too_large`: no capacity now; `denied`: never so; `timeout`, `unreachable`: nothing is known, and `list` will tell.
  virtual Result<Made> make(const TargetOrder& order, std::stop_token stop) = 0;
  virtual Result<Made> look(std::string_view id, MonotonicTime deadline) = 0;
  /// Makes it what the order says now (count, machine type, bounds); `unsupported` where that cannot be done to what is there.
  virtual Result<Made> change(const TargetOrder& order, std::stop_token stop) = 0;
  /// Takes away all that belongs to it. Fine when there is nothing.
  virtual Result<void> remove(std::string_view id, MonotonicTime deadline) = 0;
  /// All of this installation, also what was half made.
  virtual Result<std::vector<Made>> list(MonotonicTime deadline) = 0;
};

struct TargetWorld {
  const Clock* clock = nullptr;
  std::string installation{};                    ///< marks what is ours
  std::filesystem::path state{};                 ///< folder for what must be found again
  std::map<std::string, std::string> options{};  ///< of the configuration
  std::vector<provision::Template>
      templates{};  ///< a machine type of that name is made so; of targets that are providers
};

/// Instances of a provider (process, container, qemu, libvirt, kubernetes, openstack): `need.machine` is a template's name, `need.count` so many instances.
Result<std::unique_ptr<Target>> make_instances_target(std::string_view provider, TargetWorld world);
/// A Deployment with a HorizontalPodAutoscaler, a PriorityClass' name and node hints for each need.
Result<std::unique_ptr<Target>> make_deployments_target(TargetWorld world);
/// Nova servers of a flavour and image with security groups, and Cinder volumes attached to them.
Result<std::unique_ptr<Target>> make_estate_target(TargetWorld world);
/// By its word: a provider's, `deployments` or `estate`.
Result<std::unique_ptr<Target>> make_target(std::string_view word, TargetWorld world);

}  // namespace harbinger::orchestrate
