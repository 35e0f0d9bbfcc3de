// Options of the target `deployments`: a cluster, and what words of needs stand for there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/target.h"
#include "orchestrate/target_words.h"
#include "provision/kubernetes_api.h"

namespace harbinger::orchestrate {

/// "registry.example/web:1 port 8080 health /ready"
struct ContainerImage {
  std::string reference{};
  std::uint16_t port = 8080;
  std::string health{};  ///< path that answers 2xx when it serves; empty: when its port accepts connections
};
std::optional<ContainerImage> read_container_image(std::string_view text);

/// Who may connect to the Pods: "label" (no policy of ours: the operator's selects them by their label), "closed", "namespace [ports 80,443]", "anyone [ports 80,443]".
struct Entrance {
  enum class Who : std::uint8_t { label, closed, name_space, anyone } who = Who::label;
  std::vector<std::uint16_t> ports{};  ///< none: all
};
std::optional<Entrance> read_entrance(std::string_view text);

struct DeploymentsSettings {
  provision::KubernetesApi::Settings api{};
  TargetTraits traits{.name = "deployments", .usual_start = std::chrono::seconds(5), .changes = true};
  std::map<std::string, provision::Size> machines{};
  std::map<std::string, ContainerImage> images{};
  std::map<std::string, Entrance> securities{};
  WordTable machine_words{}, image_words{}, security_words{};  ///< as configured, for refusals
  UsualWords usual{};
};

/// Errors: what is wrong with the options, and what would be right.
Result<DeploymentsSettings> read_deployments_settings(const TargetWorld& world);

/// Why it can never be made; empty when it can. A target without machine types and images makes none, and only adjusts what there is.
std::string deployments_refusal(const DeploymentsSettings& settings, const Need& need);

}  // namespace harbinger::orchestrate
