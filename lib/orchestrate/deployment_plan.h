// What is made of an order on Kubernetes: a Deployment, and who may connect, what it stores on, and how far it grows by itself.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "orchestrate/cluster_objects.h"
#include "orchestrate/deployments_settings.h"

namespace harbinger::orchestrate {

/// An order with its words looked up.
struct DeploymentPlan {
  std::string installation{}, id{};
  Need need{};
  provision::Size size{};
  ContainerImage image{};
  std::optional<Entrance> entrance{};  ///< none: no security was asked for
  std::uint32_t most = 0;              ///< it may grow to by itself; 0: it does not
  std::uint32_t cpu_percent = 70;      ///< of what was requested, at which it grows
  enum class Storage : std::uint8_t { each, shared } storage = Storage::each;
  std::string storage_class{}, storage_path = "/data", access_mode{};
  std::map<std::string, std::string> pod_words{};  ///< as a Template's `more` of the provider kubernetes
  std::string preferred_nodes{};                   ///< "disk=ssd,zone=a"
};

/// `denied`: a word or setting that is not known, or what cannot be.
Result<DeploymentPlan> plan_deployment(const DeploymentsSettings& settings, const TargetOrder& order);

/// The name of all objects of an order.
std::string object_name(std::string_view installation, std::string_view id);
/// Whether an order is made with an object of this kind.
bool has_part(const DeploymentPlan& plan, ObjectKind kind);
/// The body of a request for one.
Json manifest_of(const DeploymentPlan& plan, ObjectKind kind);

/// What makes a Deployment, or its scaler, what the plan says now. The number of replicas is the scaler's where there is one.
Json change_of_deployment(const DeploymentPlan& plan);
Json change_of_scaler(const DeploymentPlan& plan);

/// The need that an object of ours tells of.
Need need_of(const Json& object);
/// The kinds that belong to the Deployment, as it tells.
std::vector<ObjectKind> parts_of(const Json& deployment);

}  // namespace harbinger::orchestrate
