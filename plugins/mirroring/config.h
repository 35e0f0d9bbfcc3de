// What may stand in a block of mirroring.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/plugin.h>
#include "plugins/guarded_http.h"
#include "plugins/mirroring/rows.h"
#include "plugins/mirroring/service.h"

namespace harbinger::mirroring {

enum class Mode : std::uint8_t { off, dry_run, on };

struct Config {
  Mode mode = Mode::on;
  std::vector<MirrorRow> mirrors;
  std::vector<ClusterRow> clusters;
  std::vector<EndpointRow> endpoints;
  std::vector<PublishRow> publishes;
  std::optional<std::filesystem::path> keys;
  std::filesystem::path state = "mirroring";
  std::optional<std::filesystem::path> key;
  std::chrono::seconds interval{60};
  std::size_t series = 100'000;
  std::optional<std::filesystem::path> events;
  std::string share, name;
  std::optional<SocketAddress> http;
  std::optional<std::filesystem::path> certificate, private_key, client_ca, tokens;
};

/// What lines say against each other. Errors say what would be right.
Result<void> check(const Config& config);
/// What is the process's one, of a configuration that was checked.
ServiceSettings service_settings(const Config& config, const PluginContext& context);

/// Where pages are shown, and to whom.
GuardedHttp guarded_http(const Config& config);

}  // namespace harbinger::mirroring
