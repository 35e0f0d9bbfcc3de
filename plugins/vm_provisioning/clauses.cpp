#include "plugins/vm_provisioning/clauses.h"

#include <chrono>

#include <harbinger/option_check.h>
#include <harbinger/option_value.h>

namespace harbinger::vm_provisioning {

using namespace std::chrono_literals;
using Without = provision::PoolSettings::Without;

Clause<PoolRow> pool_clause() {
  return Clause<PoolRow>()
      .argument("NAME", &PoolRow::name)
      .value("provider", &PoolRow::provider,
             one_of<std::string>({{"process", "process"},
                                  {"container", "container"},
                                  {"qemu", "qemu"},
                                  {"libvirt", "libvirt"},
                                  {"kubernetes", "kubernetes"},
                                  {"openstack", "openstack"}}))
      .value("image", &PoolRow::image)
      .value("port", &PoolRow::port)
      .value("health", &PoolRow::health)
      .value("cpus", &PoolRow::cpus, between(0.01, 1024.0))
      .value("memory", &PoolRow::memory)
      .value("most_cpus", &PoolRow::most_cpus, between(0.01, 1024.0))
      .value("most_memory", &PoolRow::most_memory)
      .value("ready_within", &PoolRow::ready_within, between(100ms, 3600s))
      .value("start", &PoolRow::start, between(1ms, 3600s))
      .value("least", &PoolRow::least, at_most(10'000))
      .value("most", &PoolRow::most, between(1, 10'000))
      .value("cold_cost", &PoolRow::cold_cost, at_least(0.0))
      .value("idle_cost", &PoolRow::idle_cost, at_least(0.0))
      .value("hit_rate", &PoolRow::hit_rate, between(0.0, 0.9999))
      .value("without", &PoolRow::without,
             one_of<Without>(
                 {{"shared", Without::shared}, {"waiting-room", Without::waiting_room}, {"wait", Without::wait}}))
      .list("waiting_room", &PoolRow::waiting_room)
      .value("ttl", &PoolRow::ttl, between(1s, 86'400s))
      .value("idle_after", &PoolRow::idle_after, between(1s, 86'400s))
      .value("drain", &PoolRow::drain, between(0s, 86'400s))
      .value("recycle", &PoolRow::recycle);
}

Clause<BudgetRow> budget_clause() {
  return Clause<BudgetRow>()
      .value("instances", &BudgetRow::instances, between(0, 100'000))
      .value("starts_per_hour", &BudgetRow::starts_per_hour, at_most(1'000'000))
      .value("starts_per_pool_hour", &BudgetRow::starts_per_pool_hour, at_most(1'000'000))
      .value("tags_per_client_hour", &BudgetRow::tags_per_client_hour, at_most(10'000))
      .value("starts_per_tag_hour", &BudgetRow::starts_per_tag_hour, at_most(10'000))
      .value("clients_without_proof", &BudgetRow::clients_without_proof, at_most(16));
}

Clause<TagsRow> tags_clause() {
  return Clause<TagsRow>()
      .value("rotate", &TagsRow::rotate, between(60s, 30 * 86'400s))
      .value("overlap", &TagsRow::overlap, between(0s, 30 * 86'400s))
      .value("bands", &TagsRow::bands, between(1, 24));
}

}  // namespace harbinger::vm_provisioning
