// Options of whoever asks a Kubernetes cluster, and of the provider `kubernetes`.
#pragma once

#include <string>

#include "provision/kubernetes_api.h"
#include "provision/option_words.h"
#include "provision/provider.h"

namespace harbinger::provision {

/// As they are written; what they mean is checked when all options have been read.
struct ClusterWords {
  std::string server{};
  KubernetesApi::Settings api{};
};
/// `server`, `ca`, `token`, `namespace`, `in_cluster`.
ClusterWords take_cluster_words(OptionWords& words);
/// Errors: what is missing or wrong, beginning with `who`.
Result<KubernetesApi::Settings> check_cluster_words(std::string_view who, ClusterWords words,
                                                    const std::string& installation);

struct KubernetesSettings {
  KubernetesApi::Settings api{};
  ProviderTraits traits{
      .name = "kubernetes", .usual_start = std::chrono::seconds(3), .most = 1000, .outlives_us = true};
  bool watch = true;
  int grace_s = 5;  ///< between SIGTERM and SIGKILL
};

/// Errors: what is wrong with the options, and what would be right.
Result<KubernetesSettings> read_kubernetes_settings(const ProviderWorld& world);

}  // namespace harbinger::provision
