#include "plugins/vm_provisioning/rows.h"

namespace harbinger::vm_provisioning {

namespace {

using Without = provision::PoolSettings::Without;

std::unexpected<Error> wrong(const PoolRow& row, const std::string& right) {
  return fail(ErrorCode::malformed, "pool \"" + row.name + "\": " + right);
}

provision::Size size_of(double cpus, ByteSize memory) { return {cpus, memory.bytes >> 20}; }

Result<void> check(const PoolRow& row) {
  if (row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos || row.name.empty() ||
      row.name.size() > 32)
    return wrong(row, "a pool's name has 1 to 32 of a-z, 0-9 and -");
  if (row.least > row.most) return wrong(row, "`least` is at most `most`");
  if (row.without == Without::waiting_room && row.waiting_room.empty())
    return wrong(row,
                 "say with `waiting_room ADDRESS` where clients wait for an instance, or with `without shared` that "
                 "they share one");
  if (row.memory.bytes < (1U << 20)) return wrong(row, "`memory` is at least 1MiB");
  const auto most = size_of(row.most_cpus.value_or(row.cpus), row.most_memory.value_or(row.memory));
  if (most.cpus < row.cpus || most.memory_mb < row.memory.bytes >> 20)
    return wrong(row, "`most_cpus` and `most_memory` are at least `cpus` and `memory`");
  if (!row.health.empty() && !row.health.starts_with('/')) return wrong(row, "`health` is a path such as /healthz");
  return {};
}

template <class T>
void take(T& field, const std::optional<T>& said) {
  if (said) field = *said;
}

}  // namespace

Result<provision::PoolSettings> pool_of(const PoolRow& row, const std::vector<CommandRow>& commands,
                                        const std::vector<WordRow>& settings) {
  if (auto checked = check(row); !checked) return fail(checked.error());
  provision::PoolSettings pool;
  pool.what = {.name = row.name, .provider = row.provider, .image = row.image, .port = row.port, .health = row.health};
  pool.what.size = size_of(row.cpus, row.memory);
  pool.what.most = size_of(row.most_cpus.value_or(row.cpus), row.most_memory.value_or(row.memory));
  pool.what.ready_within = row.ready_within;
  for (const auto& each : commands)
    if (each.pool == row.name) pool.what.command = each.words;
  pool.what.more = words_of(row.name, settings);
  if (row.provider == "process" && pool.what.command.empty())
    return wrong(row, "a process needs a line as `command " + row.name + " /usr/bin/server --port {port}`");
  pool.sizing = {.start = row.start,
                 .cold_cost = row.cold_cost,
                 .idle_cost = row.idle_cost,
                 .hit_rate = row.hit_rate,
                 .least = row.least,
                 .most = row.most};
  pool.without = row.without;
  pool.waiting_room = row.waiting_room;
  pool.ttl = row.ttl;
  pool.idle_after = row.idle_after;
  pool.drain = row.drain;
  pool.recycle = row.recycle;
  return pool;
}

Result<mirror::ClientClusters> tiers_of(const std::vector<TierRow>& rows) {
  std::vector<mirror::ClientClusters::Cluster> tiers;
  for (const auto& row : rows) tiers.push_back({row.name, row.clients, {}});
  auto made = mirror::ClientClusters::make(std::move(tiers));
  if (!made) return fail(made.error().code, "tier: " + made.error().message);
  return made;
}

provision::Budgets budgets_of(const std::vector<BudgetRow>& rows) {
  provision::Budgets budgets;
  for (const auto& row : rows) {
    take(budgets.instances, row.instances);
    take(budgets.starts_per_hour, row.starts_per_hour);
    take(budgets.starts_per_pool_hour, row.starts_per_pool_hour);
    take(budgets.tags_per_client_hour, row.tags_per_client_hour);
    take(budgets.starts_per_tag_hour, row.starts_per_tag_hour);
    take(budgets.clients_without_proof, row.clients_without_proof);
  }
  return budgets;
}

ProfileTagKeys::Settings tags_of(const std::vector<TagsRow>& rows) {
  ProfileTagKeys::Settings settings;
  for (const auto& row : rows) {
    take(settings.rotate, row.rotate);
    take(settings.overlap, row.overlap);
    take(settings.bands, row.bands);
  }
  return settings;
}

}  // namespace harbinger::vm_provisioning
