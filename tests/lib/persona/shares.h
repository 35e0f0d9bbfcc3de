// Shares as tests use them: with everything they tell kept.
#pragma once

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tests/support/redis_server.h>

#include "persona/share.h"

namespace harbinger::test {

inline UnixMillis calendar_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().calendar().time_since_epoch()).count();
}

/// One of ten minutes from now.
inline PersonaAssignment assignment_of(ClientKey client, PersonaId persona) {
  PersonaAssignment assignment{.client = client, .persona = persona};
  assignment.token.fill(static_cast<std::uint8_t>(client * 16 + persona));
  assignment.expires = calendar_now() + 600'000;
  assignment.confidence = 0.75F;
  return assignment;
}

inline std::vector<std::uint8_t> octets(std::string_view text) { return {text.begin(), text.end()}; }

/// A share with a watcher that keeps what it hears.
class Sharer {
 public:
  explicit Sharer(persona::RedisSettings settings, const Logger& log = Logger()) {
    share_ = std::move(persona::make_redis_share(settings, system_clock(), log).value());
    share_->watch({.assigned = [this](const PersonaAssignment& assignment) { hear(assignment); },
                   .table = [this](const std::string& name, std::uint64_t version,
                                   std::span<const std::uint8_t> table) { hear(name, version, table); }});
  }
  explicit Sharer(const std::string& url) : Sharer(persona::RedisSettings{.url = url}) {}

  persona::Share* operator->() { return share_.get(); }

  bool connects() {
    return wait_until([this] { return share_->state().connected; });
  }
  persona::Share::Known look_up(ClientKey client) {
    std::promise<persona::Share::Known> promise;
    share_->look_up(client, [&](persona::Share::Known known) { promise.set_value(std::move(known)); });
    return promise.get_future().get();
  }

  /// The last assignment of a client that it was told.
  std::optional<PersonaAssignment> told(ClientKey client) const {
    const std::lock_guard lock(mutex_);
    const auto found = told_.find(client);
    return found == told_.end() ? std::nullopt : std::optional(found->second);
  }
  /// The last table of a name, as "version:text".
  std::optional<std::string> table(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = tables_.find(name);
    if (found == tables_.end()) return std::nullopt;
    return std::to_string(found->second.first) + ':' + found->second.second;
  }
  /// How often it heard of a version that was not newer.
  int steps_back() const {
    const std::lock_guard lock(mutex_);
    return steps_back_;
  }

 private:
  void hear(const PersonaAssignment& assignment) {
    const std::lock_guard lock(mutex_);
    told_[assignment.client] = assignment;
  }
  void hear(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> table) {
    const std::lock_guard lock(mutex_);
    auto& last = tables_[name];
    if (version <= last.first) ++steps_back_;
    last = {version, {table.begin(), table.end()}};
  }

  mutable std::mutex mutex_;
  std::map<ClientKey, PersonaAssignment> told_;
  std::map<std::string, std::pair<std::uint64_t, std::string>> tables_;
  int steps_back_ = 0;
  std::unique_ptr<persona::Share> share_;  // last: its thread calls us
};

}  // namespace harbinger::test
