#include "plugins/vm_provisioning/tables.h"

#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include <harbinger/log.h>
#include "base/text_line.h"

namespace harbinger::vm_provisioning {

namespace {

using nlohmann::ordered_json;
using provision::ProvisioningEngine;
using InstanceState = ProvisioningEngine::InstanceState;
using PoolState = ProvisioningEngine::PoolState;

std::string_view word_of(provision::Mode mode) {
  constexpr std::array<std::string_view, 3> kWords{"off", "dry-run", "on"};
  return kWords[static_cast<std::size_t>(mode)];
}

std::string dump(const ordered_json& value) {
  return value.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

std::string reach_text(const provision::Reach& reach) {
  std::string text;
  for (const auto& address : reach.addresses) text += (text.empty() ? "" : ",") + address.to_string();
  return text.empty() ? "-" : text + " " + std::to_string(reach.port);
}

// Whose it is, without saying who that is.
std::string_view given_to(const InstanceState& instance) {
  if (instance.tag == 0) return "nobody";
  return instance.tag == provision::kSharedTag ? "everybody" : "a tag";
}

ordered_json pool_json(const PoolState& pool) {
  const auto& target = pool.target;
  return {{"name", pool.name},
          {"provider", pool.provider},
          {"instances",
           {{"starting", pool.starting},
            {"ready", pool.ready},
            {"assigned", pool.assigned},
            {"draining", pool.draining},
            {"failed", pool.failed}}},
          {"target", {{"ready", target.ready}, {"keep", target.keep}, {"panic", target.panic}}},
          {"wishes", pool.wishes},
          {"hits", pool.hits},
          {"cold", pool.cold},
          {"refused", pool.refused},
          {"starts", pool.starts},
          {"failures", pool.failures},
          {"stops", pool.stops},
          {"idle_s", pool.idle_s},
          {"served", pool.served},
          {"trouble", pool.provider_trouble}};
}

ordered_json instance_json(const InstanceState& instance) {
  auto addresses = ordered_json::array();
  for (const auto& address : instance.reach.addresses) addresses.push_back(address.to_string());
  ordered_json used{{"cpus", instance.usage.cpus}, {"memory_mb", instance.usage.memory_mb}};
  if (instance.usage.knows_connections) used["connections"] = instance.usage.connections;
  return {{"id", instance.id},
          {"pool", instance.pool},
          {"step", provision::to_string(instance.step)},
          {"for_s", instance.for_s},
          {"addresses", addresses},
          {"port", instance.reach.port},
          {"given_to", given_to(instance)},
          {"size", {{"cpus", instance.size.cpus}, {"memory_mb", instance.size.memory_mb}}},
          {"used", used},
          {"start_s", instance.start_s},
          {"trouble", instance.trouble}};
}

std::string head(const ProvisioningEngine::State& state) {
  std::string page;
  if (state.mode != provision::Mode::on)
    page += text_line("%s: nothing is started\n", std::string(word_of(state.mode)).c_str());
  if (state.halted) page += "halted: nothing more is started\n";
  if (!state.journal_trouble.empty()) page += "trouble: " + escape_for_log(state.journal_trouble) + '\n';
  return page;
}

}  // namespace

std::string pools_text(const ProvisioningEngine::State& state) {
  auto page = head(state);
  page += text_line("%-24s %-11s %8s %8s %8s %8s %8s %8s %8s %6s %9s %9s %9s\n", "POOL", "PROVIDER", "STARTING",
                    "READY", "WANTED", "GIVEN", "DRAINING", "FAILED", "KEEP", "PANIC", "WISHES", "COLD", "REFUSED");
  for (const auto& pool : state.pools) {
    page += text_line("%-24s %-11s %8u %8u %8u %8u %8u %8u %8u %6s %9llu %9llu %9llu\n", or_dash(pool.name).c_str(),
                      or_dash(pool.provider).c_str(), pool.starting, pool.ready, pool.target.ready, pool.assigned,
                      pool.draining, pool.failed, pool.target.keep, pool.target.panic ? "yes" : "no", wide(pool.wishes),
                      wide(pool.cold), wide(pool.refused));
    if (!pool.provider_trouble.empty()) page += "  trouble: " + escape_for_log(pool.provider_trouble) + '\n';
  }
  return page;
}

std::string pools_json(const ProvisioningEngine::State& state) {
  auto pools = ordered_json::array();
  for (const auto& pool : state.pools) pools.push_back(pool_json(pool));
  return dump({{"mode", word_of(state.mode)},
               {"halted", state.halted},
               {"lost", state.lost},
               {"trouble", state.journal_trouble},
               {"pools", pools}});
}

std::string instances_text(const ProvisioningEngine::State& state) {
  auto page = head(state);
  page += text_line("%-40s %-16s %-10s %8s %-10s %6s %9s %8s %9s  %s\n", "INSTANCE", "POOL", "STEP", "FOR", "GIVEN TO",
                    "CPUS", "MEMORY", "USES", "START", "ADDRESS AND PORT");
  for (const auto& each : state.instances) {
    page += text_line("%-40s %-16s %-10s %7.0fs %-10s %6.2f %6lluMiB %8.2f %8.2fs  %s\n", or_dash(each.id).c_str(),
                      or_dash(each.pool).c_str(), std::string(provision::to_string(each.step)).c_str(), each.for_s,
                      std::string(given_to(each)).c_str(), each.size.cpus, wide(each.size.memory_mb), each.usage.cpus,
                      each.start_s, reach_text(each.reach).c_str());
    if (!each.trouble.empty()) page += "  trouble: " + escape_for_log(each.trouble) + '\n';
  }
  return page;
}

std::string instances_json(const ProvisioningEngine::State& state) {
  auto instances = ordered_json::array();
  for (const auto& each : state.instances) instances.push_back(instance_json(each));
  return dump(instances);
}

std::string why_text(const ProvisioningEngine::Why& why) {
  const auto& target = why.target;
  auto page = text_line("pool %s: %s\n", or_dash(why.pool).c_str(), escape_for_log(why.verdict).c_str());
  page += text_line("  %u shall be ready, no fewer than %u kept%s\n", target.ready, target.keep,
                    target.panic ? "; panic: more come than was foreseen" : "");
  page += text_line("  until an order of now is ready: %.2f expected, %.2f at the quantile %.3f\n", target.mean,
                    target.quantile, target.ratio);
  for (const auto& term : why.terms) page += text_line("    %-32s %12.4f\n", or_dash(term.name).c_str(), term.value);
  return page;
}

std::string why_json(const ProvisioningEngine::Why& why) {
  const auto& target = why.target;
  auto terms = ordered_json::array();
  for (const auto& term : why.terms) terms.push_back({{"name", term.name}, {"value", term.value}});
  return dump({{"pool", why.pool},
               {"verdict", why.verdict},
               {"target",
                {{"ready", target.ready},
                 {"keep", target.keep},
                 {"panic", target.panic},
                 {"mean", target.mean},
                 {"quantile", target.quantile},
                 {"ratio", target.ratio}}},
               {"terms", terms}});
}

}  // namespace harbinger::vm_provisioning
