// What may stand in a block of orchestration.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/plugin.h>
#include "plugins/guarded_http.h"
#include "plugins/orchestration/rows.h"
#include "plugins/orchestration/service.h"

namespace harbinger::orchestration {

struct Config {
  orchestrate::Mode mode = orchestrate::Mode::dry_run;
  bool reactive = false;
  std::vector<KindRow> kinds;
  std::vector<TargetRow> targets;
  std::vector<TemplateRow> templates;
  std::vector<CommandRow> commands;
  std::vector<WordRow> settings, options, details;
  std::vector<WatchRow> watches;
  std::vector<RuleRow> rules;
  std::vector<BudgetRow> budgets;
  std::chrono::milliseconds horizon{300'000}, round{1'000}, cool_down{30'000}, unused_after{600'000},
      approval_within{600'000};
  std::size_t users = 100'000, history = 10'000;
  bool network = false;
  std::string mapping;
  std::chrono::milliseconds window{5'000};
  double acts_per_second = 200;
  bool keep_scopes = false;
  std::chrono::seconds new_keys{0};
  std::filesystem::path state = "orchestration";
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
/// Where pages are shown, and to whom.
GuardedHttp guarded_http(const Config& config);

}  // namespace harbinger::orchestration
