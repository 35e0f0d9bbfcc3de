// What may stand in a block of vm_provisioning.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/plugin.h>
#include "plugins/guarded_http.h"
#include "plugins/vm_provisioning/rows.h"
#include "plugins/vm_provisioning/service.h"

namespace harbinger::vm_provisioning {

/// What of a client its tag is made of, besides the time of day.
enum class ProfileWord : std::uint8_t { location, device, persona, tier };

struct Config {
  provision::Mode mode = provision::Mode::dry_run;
  std::vector<NameRow> names;
  std::vector<TypeRow> types;
  std::vector<LeadRow> leads;
  std::vector<PoolRow> pools;
  std::vector<CommandRow> commands;
  std::vector<WordRow> settings, providers;
  std::vector<BudgetRow> budgets;
  std::vector<TagsRow> tags;
  std::vector<ProfileWord> profile{ProfileWord::location, ProfileWord::device, ProfileWord::persona, ProfileWord::tier};
  std::vector<TierRow> tiers;
  std::chrono::milliseconds wait{200};
  std::filesystem::path state = "vm_provisioning";
  std::optional<std::filesystem::path> key;
  std::optional<SocketAddress> http;
  std::optional<std::filesystem::path> certificate, private_key, client_ca, tokens;
  std::optional<SocketAddress> grpc;
  std::optional<std::filesystem::path> grpc_tokens;
};

/// What lines say against each other. Errors say what would be right.
Result<void> check(const Config& config);
/// What is the process's one, of a configuration that was checked.
ServiceSettings service_settings(const Config& config, const PluginContext& context);
/// The number of a pool, in the order of the lines; of one that there is.
std::uint16_t number_of(const Config& config, const std::string& pool);

/// Where pages are shown, and to whom.
GuardedHttp guarded_http(const Config& config);

}  // namespace harbinger::vm_provisioning
