// What a client is, as far as the configuration counts it, and the tag that follows from it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <harbinger/persona_id.h>
#include <harbinger/place.h>
#include <harbinger/profile_tag.h>
#include "mirror/client_clusters.h"
#include "plugins/vm_provisioning/config.h"
#include "plugins/vm_provisioning/tag_memo.h"

namespace harbinger::vm_provisioning {

/// Any thread; no lock, and no allocation for a profile that was met before.
class ClientProfiles {
 public:
  /// Errors: tiers that say the same twice.
  static Result<std::unique_ptr<ClientProfiles>> make(const Config& config, const ProfileTagKeys& keys);

  struct Seen {
    PersonaId persona = 0;
    Place place{};
    IpAddress address{};
  };
  /// The tag of who is seen like this at that time.
  KnownTag tag_of(const Seen& seen, UnixMillis now) const noexcept;
  /// What follows from a persona is something else now.
  void forget() noexcept { memo_.forget(); }

 private:
  ClientProfiles(const Config& config, const ProfileTagKeys& keys);
  std::uint64_t code_of(const Seen& seen, std::uint16_t tier, UnixMillis now) const noexcept;
  KnownTag make_tag(const Seen& seen, std::uint16_t tier, UnixMillis now) const;

  const ProfileTagKeys& keys_;
  const std::int64_t period_ms_;
  bool location_ = false, device_ = false, persona_ = false;
  mirror::ClientClusters tiers_;
  mutable TagMemo memo_;
};

}  // namespace harbinger::vm_provisioning
