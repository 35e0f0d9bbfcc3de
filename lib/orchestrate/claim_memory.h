// Claims by the ids that claimers gave them, so that one that is told twice is one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <harbinger/access.h>
#include <harbinger/random.h>
#include "orchestrate/activity.h"
#include "provision/aging_table.h"

namespace harbinger::orchestrate {

/// Bounded: the oldest make room. One thread.
class ClaimMemory {
 public:
  struct Claimed {
    Need need{};
    std::string resource{};    ///< empty: none yet
    std::uint64_t action = 0;  ///< that shall make it
    bool was_ready = false;
  };

  /// What a claim of that user with that request id was answered, for ten minutes. Nothing for an empty id.
  const Claimed* find(ActorKey user, std::string_view request, MonotonicTime now) {
    return request.empty() ? nullptr : claims_.find(key_of(user, request), now);
  }
  void remember(ActorKey user, std::string_view request, Claimed claimed, MonotonicTime now) {
    if (!request.empty()) claims_.make(key_of(user, request), now) = std::move(claimed);
  }

 private:
  static constexpr std::size_t kMost = 8192;

  static std::uint64_t key_of(ActorKey user, std::string_view request) {
    const std::array<std::uint64_t, 2> parts{user, resource_hash(request)};
    return resource_hash({reinterpret_cast<const char*>(parts.data()), sizeof parts});
  }

  provision::AgingTable<Claimed> claims_{kMost, std::chrono::minutes(10), system_random().next()};
};

}  // namespace harbinger::orchestrate
