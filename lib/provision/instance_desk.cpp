#include "provision/instance_desk.h"

#include <algorithm>

namespace harbinger::provision {

namespace {

bool is_ending(Step step) { return step == Step::stopping || step == Step::failed; }

StartCircuit::Failure failure_of(ErrorCode code) {
  if (code == ErrorCode::too_large) return StartCircuit::Failure::capacity;
  if (code == ErrorCode::denied) return StartCircuit::Failure::never;
  return StartCircuit::Failure::start;
}

}  // namespace

InstanceDesk::InstanceDesk(std::vector<PoolRules> pools, std::vector<ProviderRules> providers, const Budgets& budgets,
                           const Limits& limits, std::function<std::string(std::string_view)> next_id)
    : budgets_(budgets), limits_(limits), next_id_(std::move(next_id)), starts_(budgets, pools.size()) {
  for (const auto& each : pools) pools_.emplace_back(each, static_cast<std::uint16_t>(pools_.size()), limits.circuit);
  for (auto& each : providers) providers_.push_back({.rules = std::move(each)});
}

Instance* InstanceDesk::known(std::string_view id) {
  const auto found = instances_.find(id);
  return found == instances_.end() ? nullptr : &found->second;
}
const Instance* InstanceDesk::find(std::string_view id) const {
  const auto found = instances_.find(id);
  return found == instances_.end() ? nullptr : &found->second;
}
const Instance* InstanceDesk::find(Wish wish) const {
  const auto found = by_wish_.find(wish);
  return found == by_wish_.end() ? nullptr : found->second;
}

Instance& InstanceDesk::add(std::string id, std::uint16_t pool, std::uint16_t provider, MonotonicTime now) {
  auto& instance = instances_[id];
  instance.id = std::move(id);
  instance.pool = pool;
  instance.provider = provider;
  instance.ordered = instance.since = now;
  ++providers_[provider].all;
  if (auto* of = pool_of(instance)) {
    ++of->all;
    ++of->steps[static_cast<std::size_t>(instance.step)];
  }
  return instance;
}

void InstanceDesk::erase(Instance& instance) {
  set_coming(instance, false);
  take_tag(instance);
  --providers_[instance.provider].all;
  if (auto* of = pool_of(instance)) {
    --of->all;
    --of->steps[static_cast<std::size_t>(instance.step)];
    std::erase(of->ready, &instance);
  }
  if (instance.call == Instance::Call::usage) --usage_in_flight_;
  instances_.erase(instances_.find(instance.id));
}

void InstanceDesk::move(Instance& instance, Step step, MonotonicTime now) {
  if (auto* pool = pool_of(instance)) {
    if (instance.step == Step::ready) std::erase(pool->ready, &instance);
    if (step == Step::ready) pool->ready.push_back(&instance);
    --pool->steps[static_cast<std::size_t>(instance.step)];
    ++pool->steps[static_cast<std::size_t>(step)];
  }
  instance.step = step;
  instance.since = now;
  moved_.push_back(instance);
}

void InstanceDesk::set_coming(Instance& instance, bool coming) {
  if (instance.coming == coming) return;
  instance.coming = coming;
  auto& count = pools_[instance.pool].coming;
  coming ? ++count : --count;
}

void InstanceDesk::call(Instance& instance, Act::Kind kind, const Size& size, MonotonicTime now) {
  using Call = Instance::Call;
  static constexpr std::array kCalls{Call::start, Call::look, Call::usage, Call::stop, Call::resize};
  instance.call = kCalls[static_cast<std::size_t>(kind)];
  instance.called = now;
  acts_.push_back({kind, instance.id, instance.pool, instance.provider, size});
}

void InstanceDesk::order_one(Pool& pool, MonotonicTime now) {
  auto& instance = add(next_id_(pool.rules.settings.what.name), pool.number, pool.rules.provider, now);
  instance.size = pool.sizes.next();
  set_coming(instance, true);
  starts_.started(pool.number, now);
  ++pool.counts.starts;
  note(Note::Kind::ordered, instance);
  moved_.push_back(instance);
  call(instance, Act::Kind::start, instance.size, now);
}

// What was decided while the provider worked on it.
void InstanceDesk::after_call(Instance& instance, MonotonicTime now) {
  if (instance.call == Instance::Call::usage) --usage_in_flight_;
  instance.call = Instance::Call::none;
  if (is_ending(instance.step)) stop(instance, now);
}

void InstanceDesk::started(std::string_view id, const Result<Found>& found, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance || instance->call != Instance::Call::start) return;
  after_call(*instance, now);
  if (instance->step != Step::ordered) return;
  if (!found) return fail(*instance, failure_of(found.error().code), found.error().message, now);
  if (found->condition == Found::Condition::gone)
    return fail(*instance, StartCircuit::Failure::start, "it ended at once", now);
  move(*instance, Step::starting, now);
  reached(*instance, found->reach);
}

void InstanceDesk::reached(Instance& instance, const Reach& reach) {
  if (reach.addresses.empty()) return;
  auto better = reach;
  if (better.port == 0) better.port = pools_[instance.pool].rules.settings.what.port;
  if (better == instance.reach) return;
  instance.reach = better;
  if (instance.step == Step::assigned) changed({instance.tag, instance.pool});
  moved_.push_back(instance);
}

void InstanceDesk::looked(std::string_view id, const Result<Found>& found, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance || instance->call != Instance::Call::look) return;
  after_call(*instance, now);
  if (is_ending(instance->step) || !found) return;
  if (found->condition == Found::Condition::gone)
    return fail(*instance, StartCircuit::Failure::start, "it ended by itself", now);
  reached(*instance, found->reach);
}

void InstanceDesk::used(std::string_view id, const Result<Usage>& usage, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance || instance->call != Instance::Call::usage) return;
  after_call(*instance, now);
  if (instance->step != Step::assigned || !usage) return;
  instance->usage = *usage;
  instance->load.sample(*usage, instance->size);
  const bool connected = usage->knows_connections && usage->connections > 0;
  if (connected || usage->cpus >= limits_.busy_cpu * instance->size.cpus) instance->busy = now;
  if (!instance->load.take_hot()) return;
  auto& sizes = pools_[instance->pool].sizes;
  sizes.hot(instance->size);
  const auto grown = sizes.grown(instance->size);
  if (providers_[instance->provider].rules.resizes && !(grown == instance->size))
    call(*instance, Act::Kind::resize, grown, now);
}

void InstanceDesk::resized(std::string_view id, const Size& size, const Result<void>& outcome, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance || instance->call != Instance::Call::resize) return;
  if (outcome)
    instance->size = size;
  else
    instance->trouble = outcome.error().message;
  after_call(*instance, now);
}

void InstanceDesk::stopped(std::string_view id, const Result<void>& outcome, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance || instance->call != Instance::Call::stop) return;
  instance->call = Instance::Call::none;
  if (outcome) return end(*instance, now);
  instance->trouble = outcome.error().message;
  instance->stop_pause = std::clamp(2 * instance->stop_pause, limits_.first_stop_pause, limits_.longest_stop_pause);
  instance->stop_again = now + instance->stop_pause;
}

void InstanceDesk::probed(std::string_view id, bool well, const std::string& why, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance) return;
  if (instance->step == Step::starting && !instance->recovered) {
    instance->trouble = well ? std::string() : why;
    if (well) became_ready(*instance, now);
    return;
  }
  if (instance->step != Step::ready && instance->step != Step::assigned) return;
  if (well) {
    instance->bad_probes = 0;
    return;
  }
  if (++instance->bad_probes >= limits_.bad_probes)
    return fail(*instance, StartCircuit::Failure::start, "it does not answer any more: " + why, now);
  if (instance->call == Instance::Call::none) call(*instance, Act::Kind::look, {}, now);
}

void InstanceDesk::became_ready(Instance& instance, MonotonicTime now) {
  if (!instance.found_again) instance.took = now - instance.ordered;
  instance.became_ready = now;
  set_coming(instance, false);
  move(instance, Step::ready, now);
  place(instance, now);
}

// Where one that is ready goes: to whom it belongs, to who waits for longest, or into the pool, where it is already.
void InstanceDesk::place(Instance& instance, MonotonicTime now) {
  auto& pool = pools_[instance.pool];
  if (instance.tag != 0) {
    instance.wished = instance.busy = now;
    move(instance, Step::assigned, now);
    return changed({instance.tag, instance.pool});
  }
  if (instance.had_tag && !pool.rules.settings.recycle) return stop(instance, now);
  serve_waiting(pool, now);
}

// Only what was proved to live shows nothing by its end.
void InstanceDesk::fail(Instance& instance, StartCircuit::Failure what, const std::string& why, MonotonicTime now) {
  if (is_ending(instance.step)) return;
  auto& pool = pools_[instance.pool];
  instance.trouble = why;
  ++pool.counts.failures;
  if (!instance.proved_steady) pool.circuit.failed(what, instance.ordered, why, now);
  set_coming(instance, false);
  const Wish wish{instance.tag, instance.pool};
  const bool was_given = instance.tag != 0 && instance.step != Step::draining;
  take_tag(instance);
  move(instance, Step::failed, now);
  if (was_given) {
    changed(wish);
    wait_again(pool, wish, instance.wished, now);
  }
  stop(instance, now);
}

void InstanceDesk::stop(Instance& instance, MonotonicTime now) {
  set_coming(instance, false);
  take_tag(instance);
  if (!is_ending(instance.step)) move(instance, Step::stopping, now);
  if (instance.call == Instance::Call::none && now >= instance.stop_again) call(instance, Act::Kind::stop, {}, now);
}

void InstanceDesk::end(Instance& instance, MonotonicTime now) {
  if (auto* pool = pool_of(instance)) {
    ++pool->counts.stops;
    if (instance.had_tag) pool->sizes.ended(instance.load);
  }
  note(Note::Kind::ended, instance);
  leave(instance, now);
}

void InstanceDesk::leave(Instance& instance, MonotonicTime now) {
  instance.trouble = "it is gone";
  instance.ended = true;
  move(instance, Step::stopping, now);
  erase(instance);
}

}  // namespace harbinger::provision
