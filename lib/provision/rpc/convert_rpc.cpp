#include "provision/rpc/convert.h"

#include <algorithm>

#include <harbinger/tag_text.h>

#include <harbinger/provisioning/v1/provisioning.pb.h>

namespace harbinger::provision {

namespace v1 = provisioning::v1;

namespace {

v1::Step step_of(Step step) {
  switch (step) {
    case Step::ordered:
      return v1::STEP_ORDERED;
    case Step::starting:
      return v1::STEP_STARTING;
    case Step::ready:
      return v1::STEP_READY;
    case Step::assigned:
      return v1::STEP_ASSIGNED;
    case Step::draining:
      return v1::STEP_DRAINING;
    case Step::stopping:
      return v1::STEP_STOPPING;
    case Step::failed:
      return v1::STEP_FAILED;
  }
  return v1::STEP_UNSPECIFIED;
}

void write(const Reach& reach, v1::Instance& out) {
  for (const auto& address : reach.addresses) out.add_addresses(address.to_string());
  out.set_port(reach.port);
}

}  // namespace

void write(const ProvisioningEngine::InstanceState& instance, v1::Instance& out) {
  out.set_id(instance.id);
  out.set_pool(instance.pool);
  out.set_step(step_of(instance.step));
  write(instance.reach, out);
  out.set_cpus(instance.size.cpus);
  out.set_memory_mb(instance.size.memory_mb);
  out.set_for_s(instance.for_s);
  out.set_trouble(without_tags(instance.trouble));
}

void write(const ProvisioningEngine::Registration& registration, const std::string& pool, v1::Instance& out) {
  out.set_id(registration.id);
  out.set_pool(pool);
  out.set_step(step_of(registration.step));
  write(registration.reach, out);
}

void write(const ProvisioningEngine::PoolState& pool, v1::Pool& out) {
  out.set_name(pool.name);
  out.set_starting(pool.starting);
  out.set_ready(pool.ready);
  out.set_assigned(pool.assigned);
  out.set_draining(pool.draining);
  out.set_failed(pool.failed);
  out.set_target(pool.target.ready);
  out.set_trouble(without_tags(pool.provider_trouble));
}

Result<const ProvisioningEngine::PoolState*> find_pool(const ProvisioningEngine::State& state,
                                                       const std::string& name) {
  const auto found = std::ranges::find(state.pools, name, &ProvisioningEngine::PoolState::name);
  if (found != state.pools.end()) return &*found;
  std::string pools;
  for (const auto& pool : state.pools) pools.append(pools.empty() ? "" : ", ").append(pool.name);
  return fail(ErrorCode::not_found, "no such pool; there are: " + (pools.empty() ? "none" : pools));
}

}  // namespace harbinger::provision
