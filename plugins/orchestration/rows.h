// Lines of the configuration, and what they mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/option_value.h>
#include <harbinger/result.h>
#include "orchestrate/attributes.h"
#include "orchestrate/engine.h"
#include "plugins/word_rows.h"
#include "provision/template.h"

namespace harbinger::orchestration {

/// `kind NAME target TARGET ...`: how needs of one kind are made.
struct KindRow {
  std::string name, target;
  double cold_cost = 1, idle_cost = 1;
  std::chrono::milliseconds ready_within{120'000};
};

/// `target NAME WORD`: who makes resources; several may be of one word.
struct TargetRow {
  std::string name, word;
};

/// `template NAME target TARGET ...`: a machine type, of targets that are providers.
struct TemplateRow {
  std::string name, target, image;
  std::uint16_t port = 0;
  std::string health;
  double cpus = 1;
  ByteSize memory{256U << 20};
  std::chrono::milliseconds ready_within{30'000};
};

/// `command TEMPLATE WORD...`: what runs in such a machine.
struct CommandRow {
  std::string name;
  std::vector<std::string> words;
};

/// `watch FILE FORMAT ...`: a log of what users do.
struct WatchRow {
  std::filesystem::path file;
  std::string format;
  std::string mapping;
  bool from_start = false;
};

/// `rule ATTRIBUTE VALUE ...`: users who act so are so.
struct RuleRow {
  std::string attribute, value, source, kind, verb, scope;
};

/// `budget ...`; what is left out stays.
struct BudgetRow {
  std::optional<unsigned> resources, per_user, starts_per_hour, starts_per_user_hour;
  std::optional<double> cost_per_hour;
};

/// A target with all that it is told.
struct TargetSettings {
  std::string word{};
  std::map<std::string, std::string> options{};
  std::vector<provision::Template> templates{};
  friend bool operator==(const TargetSettings&, const TargetSettings&) = default;
};

orchestrate::KindSettings kind_of(const KindRow& row, const std::vector<WordRow>& settings);
/// Errors say what would be right.
Result<provision::Template> template_of(const TemplateRow& row, const std::vector<CommandRow>& commands,
                                        const std::vector<WordRow>& details);
Result<std::vector<orchestrate::AttributeModel::Rule>> rules_of(const std::vector<RuleRow>& rows);
orchestrate::Budgets budgets_of(const std::vector<BudgetRow>& rows);

}  // namespace harbinger::orchestration
