#include "persona/watchers.h"

#include <algorithm>

namespace harbinger::persona {

namespace {

constexpr std::uint32_t kPortion = 4096;  // clients that are looked at for one watcher at a time

}  // namespace

// The function outlives a call that ends its own watching.
void Watchers::One::call(const PersonaUpdate& what) {
  const std::lock_guard guard(calling);
  if (const auto kept = update) (*kept)(what);
}

// A call that is going on in another thread is waited for; the lock is recursive for one that drops its own handle.
void Watchers::One::end() {
  const std::lock_guard guard(calling);
  update.reset();
}

std::shared_ptr<void> Watchers::add(PersonaEngine::Watcher update) {
  auto one = std::make_shared<One>(std::move(update));
  const std::lock_guard guard(mutex_);
  all_.push_back(one);
  count_ = all_.size();
  return {one.get(), [one](void*) mutable {
            one->end();
            one.reset();
          }};
}

std::vector<std::shared_ptr<Watchers::One>> Watchers::present() {
  const std::lock_guard guard(mutex_);
  std::vector<std::shared_ptr<One>> there;
  std::erase_if(all_, [&](const auto& each) {
    auto one = each.lock();
    if (!one) return true;
    there.push_back(std::move(one));
    return false;
  });
  count_ = all_.size();
  return there;
}

void Watchers::tell(const PersonaUpdate& update) {
  if (none()) return;
  for (const auto& one : present())
    if (one->greeted) one->call(update);
}

bool Watchers::go_on(const ClientStore& store, const TokenIssuer& issuer, UnixMillis now,
                     const std::function<std::vector<PersonaProfile>()>& personas) {
  bool behind = false;
  if (none()) return false;
  for (const auto& one : present()) {
    if (!one->behind) continue;
    PersonaUpdate update;
    if (!one->greeted) {
      update.catalogue = personas();
      update.has_catalogue = true;
    }
    const auto end = std::min(store.size(), one->next_slot + kPortion);
    for (auto slot = one->next_slot; slot < end; ++slot)
      if (const auto& client = store.at(slot); issuer.alive(client, now))
        update.assignments.push_back(assignment_of(client));
    one->next_slot = end;
    one->behind = end < store.size();
    if (!one->greeted || !update.assignments.empty()) one->call(update);
    one->greeted = true;
    behind = behind || one->behind;
  }
  return behind;
}

}  // namespace harbinger::persona
