// Keys that stand for users.
#pragma once

#include <string_view>

#include <harbinger/clock.h>
#include <harbinger/secret_file.h>
#include "base/siphash.h"
#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// Makes keys of names: SipHash-2-4 under a key that is derived from a secret. Who has a key and not the secret cannot try names until one fits. Other than client
/// keys, which change every day, these stay, because what a user will need is learnt over weeks: guard the secret's file, and name a rotation where that is too
/// long. The same name has the same key whichever sensor told it. Any thread; no lock, no allocation.
class ActorKeys {
 public:
  /// `rotation`: keys change so often, by the calendar, and what was learnt of users is forgotten with them; zero: never.
  explicit ActorKeys(const Secret& secret, std::chrono::seconds rotation = {});
  ~ActorKeys();
  ActorKeys(const ActorKeys&) = delete;
  ActorKeys& operator=(const ActorKeys&) = delete;

  /// Never 0, except for an empty name.
  ActorKey key_of(std::string_view name, UnixMillis now) const noexcept;
  /// Of what users call their own (namespaces, projects): other keys than those of users.
  std::uint64_t scope_key_of(std::string_view name, UnixMillis now) const noexcept;

 private:
  SipKey of_period(const SipKey& root, UnixMillis now) const noexcept;

  const std::int64_t rotation_ms_;
  SipKey actors_, scopes_;
};

}  // namespace harbinger::orchestrate
