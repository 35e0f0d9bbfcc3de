// Objects of Kubernetes, of the kinds that a Deployment with all that belongs to it is made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provision/json_member.h"
#include "provision/kubernetes_api.h"

namespace harbinger::orchestrate {

using provision::Json;
using provision::RestLimits;

/// In the order in which they are made: who may connect is settled before anything runs.
enum class ObjectKind : std::uint8_t { claim, policy, deployment, scaler, pod };
/// All that we make; Pods are made by the cluster.
inline constexpr std::array kMadeKinds{ObjectKind::claim, ObjectKind::policy, ObjectKind::deployment,
                                       ObjectKind::scaler};
/// "Deployment", as Kubernetes calls it.
std::string_view to_string(ObjectKind kind) noexcept;
/// "apps/v1"
std::string_view api_version(ObjectKind kind) noexcept;

/// What makes an object ours: its labels, of an installation and an order.
Json order_labels(std::string_view installation, std::string_view id);
/// Selects objects of an order, or of all orders when `id` is empty.
std::string order_selector(std::string_view installation, std::string_view id);
bool is_ours(const Json& object, std::string_view installation);
/// It was told to go.
bool is_ending(const Json& object);

/// Any thread. Errors are those of KubernetesApi.
class ClusterObjects {
 public:
  /// `api` outlives it.
  explicit ClusterObjects(provision::KubernetesApi& api) : api_(api) {}

  struct Created {
    Json object{};
    bool now = false;  ///< else it was there
  };
  /// Makes an object; when there is one of its name, that. `conflict`: it is not ours, or is ending.
  Result<Created> create(ObjectKind kind, const Json& manifest, const RestLimits& limits);
  /// Nothing when there is none.
  Result<std::optional<Json>> get(ObjectKind kind, const std::string& name, const RestLimits& limits);
  /// Those that a selector of labels selects, without those that end. An empty selector: all.
  Result<std::vector<Json>> selected(ObjectKind kind, const std::string& selector, const RestLimits& limits);
  enum class Patch : std::uint8_t { merge, strategic };
  /// The object as it is then.
  Result<Json> patch(ObjectKind kind, const std::string& name, const Json& patch, Patch how, const RestLimits& limits);
  /// Ends this very object and what the cluster made of it; fine when it is gone, or another has its name.
  Result<void> erase(ObjectKind kind, const Json& object, const RestLimits& limits);

  const provision::KubernetesApi::Settings& settings() const { return api_.settings(); }
  const Clock& clock() const { return api_.clock(); }

 private:
  std::string path(ObjectKind kind) const;
  Result<Json> read(ObjectKind kind, const provision::RestAnswer& answer) const;

  provision::KubernetesApi& api_;
};

}  // namespace harbinger::orchestrate
