#include "plugins/vm_provisioning/config.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "plugins/vm_provisioning/names.h"

namespace harbinger::vm_provisioning {

namespace {

std::unexpected<Error> malformed(std::string right) { return fail(ErrorCode::malformed, std::move(right)); }

bool has_pool(const Config& config, const std::string& pool) {
  return std::ranges::find(config.pools, pool, &PoolRow::name) != config.pools.end();
}

Result<void> must_have_pool(const Config& config, std::string_view line, const std::string& pool) {
  if (has_pool(config, pool)) return {};
  std::string known;
  for (const auto& each : config.pools) known.append(known.empty() ? "" : ", ").append(each.name);
  return fail(ErrorCode::not_found, std::string(line) + ": there is no pool \"" + pool + "\"; there are " + known);
}

Result<void> check_pools(const Config& config) {
  if (config.pools.empty())
    return malformed("there is no pool: write a line as `pool small provider process waiting_room 192.0.2.1`");
  if (config.pools.size() > 1000) return fail(ErrorCode::too_large, "there are more than 1000 pools");
  std::set<std::string> seen;
  for (const auto& row : config.pools) {
    if (!seen.insert(row.name).second) return fail(ErrorCode::conflict, "pool \"" + row.name + "\" stands twice");
    if (auto pool = pool_of(row, config.commands, config.settings); !pool) return fail(pool.error());
  }
  return {};
}

// What names a pool, with how the line begins.
Result<void> check_references(const Config& config) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& row : config.names) all.emplace_back("name " + row.name_template, row.pool);
  for (const auto& row : config.types) all.emplace_back("type " + row.types.front(), row.pool);
  for (const auto& row : config.leads) all.emplace_back("lead " + row.name_template, row.pool);
  for (const auto& row : config.commands) all.emplace_back("command", row.pool);
  for (const auto& row : config.settings) all.emplace_back("setting", row.of);
  for (const auto& [line, pool] : all)
    if (auto found = must_have_pool(config, line, pool); !found) return found;
  return {};
}

Result<void> check_names(const Config& config) {
  if (config.names.empty())
    return malformed("no name is answered: write a line as `name {cpt}.{resource}.{type}.apps.example.org pool " +
                     config.pools.front().name + "`");
  ProvisionedNames names;
  for (const auto& row : config.names)
    if (auto added = names.add(row.name_template, 0); !added) return fail(added.error());
  for (const auto& row : config.leads)
    if (auto added = names.add(row.name_template, 0); !added) return fail(added.error());
  std::set<std::string> seen;
  for (const auto& row : config.types)
    for (const auto& type : row.types)
      if (!seen.insert(type).second) return fail(ErrorCode::conflict, "type " + type + " stands twice");
  return {};
}

Result<void> check_budgets(const Config& config) {
  if (budgets_of(config.budgets).clients_without_proof != 1) return {};
  return malformed("budget: `clients_without_proof` is 2 to 16, or 0 for never: one client's address may be made up");
}

Result<void> check_tags(const Config& config) {
  const auto tags = tags_of(config.tags);
  if (tags.overlap > tags.rotate)
    return malformed("tags: `overlap` is at most `rotate`: a tag holds in its own period and a while in the next");
  if (config.tiers.size() > 0 && std::ranges::find(config.profile, ProfileWord::tier) == config.profile.end())
    return malformed("there are tiers, and `profile` leaves them out: write `profile ... tier`");
  if (auto tiers = tiers_of(config.tiers); !tiers) return fail(tiers.error());
  return {};
}

Result<void> check_pages(const Config& config) { return harbinger::check(guarded_http(config), "stop instances"); }

}  // namespace

Result<void> check(const Config& config) {
  for (const auto each : {check_pools, check_references, check_names, check_budgets, check_tags, check_pages})
    if (auto checked = each(config); !checked) return checked;
  return {};
}

ServiceSettings service_settings(const Config& config, const PluginContext& context) {
  ServiceSettings settings{
      .state = context.resolve(config.state), .key = resolve(context, config.key), .mode = config.mode};
  for (const auto& row : config.pools) settings.pools.push_back(pool_of(row, config.commands, config.settings).value());
  for (const auto& row : config.pools) settings.providers[row.provider];
  for (const auto& row : config.providers) settings.providers[row.of][row.key] = row.value;
  settings.budgets = budgets_of(config.budgets);
  settings.tags = tags_of(config.tags);
  settings.door = grpc_door(config, context);
  return settings;
}

std::uint16_t number_of(const Config& config, const std::string& pool) {
  return static_cast<std::uint16_t>(std::ranges::find(config.pools, pool, &PoolRow::name) - config.pools.begin());
}

GuardedHttp guarded_http(const Config& config) {
  return {config.http, config.certificate, config.private_key, config.client_ca, config.tokens};
}

}  // namespace harbinger::vm_provisioning
