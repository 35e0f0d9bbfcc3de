// Who is given which instance, who waits, and who has to give one back.
#include <algorithm>

#include "provision/instance_desk.h"

namespace harbinger::provision {

InstanceDesk::Answer InstanceDesk::want(Wish wish, MonotonicTime now) {
  if (touch(wish, now)) return {.given = find(wish) ? Given::own : Given::waits};
  auto& pool = pools_[wish.pool];
  ++pool.counts.wishes;
  const auto refuse = [&](std::string why) {
    ++pool.counts.refused;
    return Answer{.given = Given::refused, .why = std::move(why)};
  };
  if (!starts_.may_give(wish, now)) return refuse("the tag had its instances of this hour");
  if (pool.waiting.size() >= limits_.waiting) return refuse("too many wait already");
  wait(pool, wish, now);
  serve_waiting(pool, now);
  if (find(wish)) {
    ++pool.counts.hits;
    return {.given = Given::fresh, .arrived = true};
  }
  ++pool.counts.cold;
  order(now);
  return {.given = Given::waits, .arrived = true, .missed = true, .why = pool.held_back};
}

bool InstanceDesk::touch(Wish wish, MonotonicTime now) {
  if (const auto has = by_wish_.find(wish); has != by_wish_.end()) {
    auto& instance = *has->second;
    instance.wished = now;
    if (instance.step != Step::draining) return true;
    move(instance, Step::assigned, now);
    changed(wish);
    return true;
  }
  auto& waiting = pools_[wish.pool].waiting;
  const auto waits = waiting.find(wish);
  if (waits == waiting.end()) return false;
  waits->second.wished = now;
  return true;
}

void InstanceDesk::wait(Pool& pool, Wish wish, MonotonicTime now) {
  if (!pool.waiting.try_emplace(wish, Waiting{++last_number_, now}).second) return;
  pool.line[last_number_] = wish;
}

// Its instance is lost. It need not prove anew that it is meant, where it was wanted of late.
void InstanceDesk::wait_again(Pool& pool, Wish wish, MonotonicTime wished, MonotonicTime now) {
  if (wish.tag == kSharedTag || now - wished >= pool.rules.settings.idle_after) return;
  if (!starts_.may_give(wish, now) || pool.waiting.size() >= limits_.waiting) return;
  wait(pool, wish, now);
}

void InstanceDesk::wait_no_longer(Pool& pool, Wish wish) {
  const auto waits = pool.waiting.find(wish);
  if (waits == pool.waiting.end()) return;
  pool.line.erase(waits->second.number);
  pool.waiting.erase(waits);
}

void InstanceDesk::forget_waiting(Pool& pool, MonotonicTime now) {
  std::vector<Wish> over;
  const auto most = std::max(limits_.wait, 2 * pool.rules.settings.what.ready_within);
  for (const auto& [wish, waits] : pool.waiting)
    if (now - waits.wished >= most) over.push_back(wish);
  for (const auto& each : over) wait_no_longer(pool, each);
}

// True when somebody was given something.
bool InstanceDesk::serve_waiting(Pool& pool, MonotonicTime now) {
  bool served = false;
  while (journal_trouble_.empty() && !pool.ready.empty() && !pool.line.empty()) {
    const auto wish = pool.line.begin()->second;
    wait_no_longer(pool, wish);
    if (wish.tag != kSharedTag && !starts_.may_give(wish, now)) continue;
    give(*pool.ready.back(), wish, now);
    served = true;
  }
  return served;
}

// The one that became ready last: the others may turn out not to be needed.
void InstanceDesk::give(Instance& instance, Wish wish, MonotonicTime now) {
  note(Note::Kind::given, instance);
  if (wish.tag != kSharedTag) {
    starts_.given(wish, now);
    ++pools_[wish.pool].counts.served;
  }
  instance.tag = wish.tag;
  instance.had_tag = true;
  instance.wished = instance.busy = now;
  by_wish_[wish] = &instance;
  move(instance, Step::assigned, now);
  changed(wish);
}

void InstanceDesk::take_tag(Instance& instance) {
  if (instance.tag == 0) return;
  const auto has = by_wish_.find({instance.tag, instance.pool});
  if (has != by_wish_.end() && has->second == &instance) by_wish_.erase(has);
  instance.tag = 0;
}

void InstanceDesk::void_tag(Instance& instance) {
  if (instance.tag == 0) return;
  note(Note::Kind::given, instance);
  take_tag(instance);
}

void InstanceDesk::give_anew(Instance& instance, Wish wish) {
  changed({instance.tag, instance.pool});
  note(Note::Kind::given, instance);
  take_tag(instance);
  instance.tag = wish.tag;
  by_wish_[wish] = &instance;
  changed(wish);
}

void InstanceDesk::drain(Instance& instance, bool for_good, MonotonicTime now) {
  const Wish wish{instance.tag, instance.pool};
  instance.for_good = for_good;
  if (for_good) void_tag(instance);
  if (instance.step == Step::draining) return;
  move(instance, Step::draining, now);
  changed(wish);
}

void InstanceDesk::drained(Instance& instance, MonotonicTime now) {
  auto& pool = pools_[instance.pool];
  if (instance.for_good || !pool.rules.settings.recycle) return stop(instance, now);
  void_tag(instance);
  move(instance, Step::ready, now);
  place(instance, now);
}

void InstanceDesk::invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead, MonotonicTime now) {
  for (auto& pool : pools_) {
    const Wish old{tag, pool.number};
    const Wish next{instead.value_or(0), pool.number};
    if (pool.waiting.contains(old)) {
      wait_no_longer(pool, old);
      if (instead && !touch(next, now)) wait(pool, next, now);
    }
    const auto has = by_wish_.find(old);
    if (has == by_wish_.end()) continue;
    auto& instance = *has->second;
    const bool passed_on = instead && instance.step == Step::assigned && !by_wish_.contains(next);
    if (!passed_on) {
      if (instance.step == Step::assigned || instance.step == Step::draining)
        drain(instance, true, now);
      else
        void_tag(instance);
      continue;
    }
    wait_no_longer(pool, next);
    give_anew(instance, next);
    instance.wished = now;
  }
}

bool InstanceDesk::release(std::string_view id, MonotonicTime now) {
  auto* instance = known(id);
  if (!instance) return false;
  if (instance->step == Step::assigned || instance->step == Step::draining)
    drain(*instance, true, now);
  else if (instance->recovered)
    instance->for_good = true;
  else
    stop(*instance, now);
  return true;
}

void InstanceDesk::unwritten(const Note& note, MonotonicTime now) {
  auto* instance = known(note.id);
  if (!instance) return;
  if (note.kind == Note::Kind::ordered) {
    --pools_[instance->pool].counts.starts;
    starts_.not_started(instance->pool);
    return leave(*instance, now);
  }
  if (note.kind != Note::Kind::given || instance->step != Step::assigned) return;
  auto& pool = pools_[instance->pool];
  const Wish wish{instance->tag, instance->pool};
  take_tag(*instance);
  changed(wish);
  if (wish.tag != kSharedTag) {
    starts_.not_given(wish);
    --pool.counts.served;
  }
  wait(pool, wish, now);
  instance->had_tag = note.had_tag;
  if (note.had_tag && !pool.rules.settings.recycle) return drain(*instance, true, now);
  move(*instance, Step::ready, now);
}

}  // namespace harbinger::provision
