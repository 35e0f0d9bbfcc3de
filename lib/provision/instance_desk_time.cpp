// How many there are, and what time alone changes.
#include <algorithm>

#include "provision/instance_desk.h"

namespace harbinger::provision {

namespace {

std::string seconds(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

void InstanceDesk::target(std::uint16_t pool, const PoolSizer::Target& target) {
  pools_[pool].target = target;
  pools_[pool].targeted = true;
}

void InstanceDesk::provider(std::uint16_t provider, const std::string& trouble) {
  providers_[provider].trouble = trouble;
}

std::string InstanceDesk::refusal(const Pool& pool, MonotonicTime now) {
  const auto& provider = providers_[pool.rules.provider];
  if (halted_) return "halted";
  if (!journal_trouble_.empty()) return "the journal: " + journal_trouble_;
  if (!provider.trouble.empty()) return "provider " + provider.rules.name + ": " + provider.trouble;
  if (!provider.listed) return "provider " + provider.rules.name + " has not told yet what it has";
  if (!pool.circuit.closed(pool.coming, now))
    return std::to_string(pool.circuit.failures()) + " failed of late: " + pool.circuit.trouble();
  if (instances_.size() >= budgets_.instances)
    return "all pools have the " + std::to_string(budgets_.instances) + " instances that they may";
  const auto most = pool.rules.settings.sizing.most;
  if (pool.all >= most) return "the pool has the " + std::to_string(most) + " instances that it may";
  if (provider.all >= provider.rules.most)
    return "provider " + provider.rules.name + " has no more than " + std::to_string(provider.rules.most);
  return starts_.refusal(pool.number, now);
}

void InstanceDesk::order(MonotonicTime now) {
  for (auto& pool : pools_) {
    serve_waiting(pool, now);
    pool.held_back.clear();
    const auto unused = std::max<std::size_t>(pool.target.ready, pool.rules.settings.sizing.least);
    while (pool.ready.size() + pool.coming < unused + pool.waiting.size()) {
      pool.held_back = refusal(pool, now);
      if (!pool.held_back.empty()) break;
      order_one(pool, now);
    }
  }
}

void InstanceDesk::tick(MonotonicTime now) {
  const double passed = ticked_.ns == 0 ? 0 : std::chrono::duration<double>(now - ticked_).count();
  ticked_ = now;
  for (auto& [id, instance] : instances_) tend(instance, now);
  ask_usage(now);
  for (auto& pool : pools_) {
    pool.counts.idle_s += passed * static_cast<double>(pool.ready.size());
    forget_waiting(pool, now);
    want_shared(pool, now);
    scale_in(pool, now);
  }
  order(now);
  starts_.tidy(now);
}

void InstanceDesk::tend(Instance& instance, MonotonicTime now) {
  switch (instance.step) {
    case Step::ordered:
      return;
    case Step::starting:
      return tend_starting(instance, now);
    case Step::ready:
    case Step::assigned:
      return tend_used(instance, now);
    case Step::draining: {
      const auto& settings = pools_[instance.pool].rules.settings;
      if (now - instance.since >= std::max<Duration>(settings.drain, settings.ttl)) drained(instance, now);
      return;
    }
    case Step::stopping:
    case Step::failed:
      return stop(instance, now);
  }
}

// That it waited for a thread, or for its provider to say that it is started, is no fault of its own.
void InstanceDesk::tend_starting(Instance& instance, MonotonicTime now) {
  if (instance.recovered) return;
  const auto within = pools_[instance.pool].rules.settings.what.ready_within;
  if (now - instance.since >= within) {
    const auto why = instance.trouble.empty() ? std::string() : ": " + instance.trouble;
    return fail(instance, StartCircuit::Failure::start, "it was not ready within " + seconds(within) + why, now);
  }
  const bool unreached = instance.reach.addresses.empty() || instance.reach.port == 0;
  if (unreached && instance.call == Instance::Call::none && now - instance.called >= limits_.look_every)
    call(instance, Act::Kind::look, {}, now);
}

void InstanceDesk::tend_used(Instance& instance, MonotonicTime now) {
  auto& pool = pools_[instance.pool];
  if (!instance.proved_steady && now - instance.became_ready >= pool.circuit.steady_after()) {
    instance.proved_steady = true;
    pool.circuit.steady();
  }
  if (instance.step != Step::assigned || instance.tag == kSharedTag || halted_) return;
  if (now - std::max(instance.wished, instance.busy) >= pool.rules.settings.idle_after) drain(instance, false, now);
}

// Each in its turn, a few at a time.
void InstanceDesk::ask_usage(MonotonicTime now) {
  auto at = instances_.upper_bound(usage_after_);
  for (auto left = instances_.size(); left > 0 && usage_in_flight_ < limits_.usage_in_flight; --left, ++at) {
    if (at == instances_.end()) at = instances_.begin();
    auto& instance = at->second;
    const bool due = instance.step == Step::assigned && instance.call == Instance::Call::none &&
                     now - instance.used_asked >= limits_.usage_every;
    if (!due) continue;
    instance.used_asked = now;
    ++usage_in_flight_;
    usage_after_ = at->first;
    call(instance, Act::Kind::usage, {}, now);
  }
}

void InstanceDesk::want_shared(Pool& pool, MonotonicTime now) {
  if (pool.rules.settings.without != PoolSettings::Without::shared || halted_) return;
  const Wish wish{kSharedTag, pool.number};
  if (!touch(wish, now)) wait(pool, wish, now);
}

// By what was not needed for long, and never below what was used of late; the one that is ready for longest first.
void InstanceDesk::scale_in(Pool& pool, MonotonicTime now) {
  if (!pool.targeted || pool.target.panic || halted_) return;
  const auto keep = std::max({pool.target.ready, pool.target.keep, pool.rules.settings.sizing.least});
  while (pool.ready.size() + pool.coming > keep + pool.waiting.size() && !pool.ready.empty()) {
    auto& longest = *pool.ready.front();
    if (now - longest.since < pool.rules.settings.idle_after) return;
    stop(longest, now);
  }
}

InstanceDesk::PoolView InstanceDesk::pool(std::uint16_t number) const {
  const auto& pool = pools_[number];
  const auto count = [&](Step step) { return pool.steps[static_cast<std::size_t>(step)]; };
  return {.starting = count(Step::ordered) + count(Step::starting),
          .ready = count(Step::ready),
          .assigned = count(Step::assigned),
          .draining = count(Step::draining) + count(Step::stopping),
          .failed = count(Step::failed),
          .waiting = static_cast<unsigned>(pool.waiting.size()),
          .target = pool.target,
          .counts = pool.counts,
          .open = pool.circuit.open(),
          .trouble = pool.circuit.trouble(),
          .held_back = pool.held_back,
          .next_size = pool.sizes.next()};
}

}  // namespace harbinger::provision
