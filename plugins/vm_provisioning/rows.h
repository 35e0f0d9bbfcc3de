// Lines of the configuration, and what they mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/option_value.h>
#include <harbinger/profile_tag.h>
#include <harbinger/result.h>
#include "mirror/client_clusters.h"
#include "plugins/word_rows.h"
#include "provision/engine.h"

namespace harbinger::vm_provisioning {

/// `name TEMPLATE pool POOL`: names that are answered with instances.
struct NameRow {
  std::string name_template;
  std::string pool;
};

/// `type TYPE... pool POOL`: what `{type}` of a name says about its pool.
struct TypeRow {
  std::vector<std::string> types;
  std::string pool;
};

/// `lead TEMPLATE pool POOL`: names that tend to be asked for before those of a pool.
using LeadRow = NameRow;

/// `pool NAME ...`
struct PoolRow {
  std::string name, provider = "process", image;
  std::uint16_t port = 0;
  std::string health;
  double cpus = 1;
  ByteSize memory{256U << 20};
  std::optional<double> most_cpus;
  std::optional<ByteSize> most_memory;
  std::chrono::milliseconds ready_within{30'000}, start{5'000};
  unsigned least = 0, most = 100;
  double cold_cost = 10, idle_cost = 1, hit_rate = 0;
  provision::PoolSettings::Without without = provision::PoolSettings::Without::waiting_room;
  std::vector<IpAddress> waiting_room;
  std::chrono::seconds ttl{30}, idle_after{300}, drain{30};
  bool recycle = false;
};

/// `command POOL WORD...`: what runs in an instance of a pool.
struct CommandRow {
  std::string pool;
  std::vector<std::string> words;
};

/// `budget ...`; what is left out stays.
struct BudgetRow {
  std::optional<unsigned> instances, starts_per_hour, starts_per_pool_hour, tags_per_client_hour, starts_per_tag_hour,
      clients_without_proof;
};

/// `tags ...`; what is left out stays.
struct TagsRow {
  std::optional<std::chrono::seconds> rotate, overlap;
  std::optional<unsigned> bands;
};

/// `tier NAME [clients PREFIX...]`: the service that clients are given; without prefixes, all the rest of them.
struct TierRow {
  std::string name;
  std::vector<IpPrefix> clients;
};

/// What an engine makes of a pool and the lines that name it. Errors say what would be right.
Result<provision::PoolSettings> pool_of(const PoolRow& row, const std::vector<CommandRow>& commands,
                                        const std::vector<WordRow>& settings);
Result<mirror::ClientClusters> tiers_of(const std::vector<TierRow>& rows);
provision::Budgets budgets_of(const std::vector<BudgetRow>& rows);
ProfileTagKeys::Settings tags_of(const std::vector<TagsRow>& rows);

}  // namespace harbinger::vm_provisioning
