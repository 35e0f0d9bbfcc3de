// What there is from before, and what providers say there is.
#include <algorithm>
#include <unordered_map>

#include "provision/instance_desk.h"

namespace harbinger::provision {

void InstanceDesk::recover(const Recovered& what, MonotonicTime now) {
  if (known(what.id)) return;
  auto& instance = add(what.id, what.pool, what.provider, now);
  instance.size = what.size;
  instance.had_tag = what.had_tag || what.tag != 0;
  instance.recovered = instance.found_again = true;
  move(instance, Step::starting, now);
  const auto* pool = pool_of(instance);
  if (!pool) return;
  const Wish wish{what.tag, what.pool};
  // What was everybody's, where there is no such instance any more, would stay for ever.
  const bool shared_no_more = what.tag == kSharedTag && pool->rules.settings.without != PoolSettings::Without::shared;
  if (what.tag != 0 && !shared_no_more && by_wish_.try_emplace(wish, &instance).second) {
    instance.tag = what.tag;
    instance.wished = now;
  }
  const bool usable = !instance.had_tag || pool->rules.settings.recycle;
  set_coming(instance, instance.tag == 0 && usable);
}

void InstanceDesk::found_again(Instance& instance, const Found& found, MonotonicTime now) {
  instance.recovered = false;
  instance.ordered = now;
  if (instance.pool == kNoPool || instance.for_good) return stop(instance, now);
  // Somebody had it, and may be told of it still.
  if (instance.tag == 0 && instance.had_tag) {
    set_coming(instance, false);
    return move(instance, Step::draining, now);
  }
  move(instance, Step::starting, now);
  reached(instance, found.reach);
}

void InstanceDesk::not_listed(Instance& instance, MonotonicTime now) {
  if (instance.recovered) {
    const Wish wish{instance.tag, instance.pool};
    auto* pool = pool_of(instance);
    end(instance, now);
    if (pool && wish.tag != 0) wait_again(*pool, wish, now, now);
    return;
  }
  if (instance.step == Step::stopping || instance.step == Step::failed) return end(instance, now);
  fail(instance, StartCircuit::Failure::start, "its provider does not know it any more", now);
}

// It ended by itself, and its provider keeps what is left of it until it is told to stop it.
void InstanceDesk::left_over(Instance& instance, MonotonicTime now) {
  if (instance.step == Step::stopping || instance.step == Step::failed) return;
  if (!instance.recovered) return fail(instance, StartCircuit::Failure::start, "it ended by itself", now);
  const Wish wish{instance.tag, instance.pool};
  instance.recovered = false;
  instance.trouble = "it ended while nobody looked";
  stop(instance, now);
  if (auto* pool = pool_of(instance); pool && wish.tag != 0) wait_again(*pool, wish, now, now);
}

// Ours by its mark, but nobody knows what for.
void InstanceDesk::stray(std::uint16_t provider, const Found& found, MonotonicTime now) {
  auto& instance = add(found.id, kNoPool, provider, now);
  instance.trouble = "it was started by nobody who is known";
  stop(instance, now);
}

void InstanceDesk::listed(std::uint16_t provider, const std::vector<Found>& found, MonotonicTime asked,
                          MonotonicTime now) {
  providers_[provider].listed = true;
  std::unordered_map<std::string_view, const Found*> there;
  const auto lives = [](const Found* each) { return each && each->condition != Found::Condition::gone; };
  for (const auto& each : found)
    if (auto& at = there[each.id]; !lives(at)) at = &each;
  std::vector<std::string> ids;
  for (const auto& [id, instance] : instances_)
    if (instance.provider == provider) ids.push_back(id);
  for (const auto& id : ids) {
    auto& instance = *known(id);
    const auto at = there.find(id);
    // What happened to it meanwhile may be news to the list.
    const bool sure = instance.recovered ||
                      (instance.call == Instance::Call::none && instance.since < asked && instance.called < asked);
    if (at == there.end()) {
      if (sure) not_listed(instance, now);
    } else if (!lives(at->second)) {
      if (sure) left_over(instance, now);
    } else if (instance.recovered) {
      found_again(instance, *at->second, now);
    }
  }
  for (const auto& [id, each] : there)
    if (!known(id)) stray(provider, *each, now);
}

}  // namespace harbinger::provision
