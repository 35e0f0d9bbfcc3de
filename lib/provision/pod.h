// Instances as Pods of Kubernetes: what is asked for, and what is read of one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "provision/json_member.h"
#include "provision/provider.h"

namespace harbinger::provision {

/// A Pod of ours.
struct Pod {
  std::string name{};
  std::string version{};    ///< its resourceVersion
  std::string container{};  ///< its first
  Found found{};            ///< reach only while it is ready
  bool ending = false;      ///< it was told to end
  /// Why it cannot start, as the cluster says, if that is so: an image that is not there, no node with room.
  std::optional<Error> trouble{};
};

/// `INSTALLATION-ID`.
std::string pod_name(std::string_view installation, std::string_view id);
/// Selects Pods of an installation.
std::string pod_selector(std::string_view installation);
/// The labels that make a Pod ours.
Json pod_labels(std::string_view installation, const Order& order);

/// `denied` when no Pod can be made of this.
Result<void> check_pod_order(const Order& order);
/// The body of a request for a Pod.
Json pod_manifest(std::string_view installation, const Order& order);
/// A patch that gives the container of a Pod another size.
Json pod_resize(const Size& size, const std::string& container);
/// A patch that takes a Pod as it was at `version` out of what selects it (a Deployment's labels) and makes it ours.
Json pod_claim(std::string_view installation, const Order& order, const std::string& version, const Json& selected_by);

/// "disk=ssd,zone=a", as selectors have it.
Json label_pairs(std::string_view text);

/// What any Pod tells; its found.id and found.template_name are nothing yet.
Pod pod_state(const Json& object);
/// Nothing for what is no Pod of this installation.
std::optional<Pod> read_pod(const Json& object, std::string_view installation);

}  // namespace harbinger::provision
