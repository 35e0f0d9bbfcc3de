// Volumes of orders, asked for of OpenStack's Cinder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/estate_parts.h"
#include "orchestrate/estate_settings.h"
#include "provision/openstack_service.h"

namespace harbinger::orchestrate {

/// Any thread, but one call at a time for an id.
class EstateVolumes {
 public:
  /// `cinder` outlives it.
  EstateVolumes(provision::OpenstackService& cinder, std::string installation)
      : cinder_(cinder), installation_(std::move(installation)) {}

  /// Those of an order, or all when `id` is empty; also those that end. None where the cloud has no Cinder.
  Result<std::vector<EstateVolume>> list(std::string_view id, const provision::RestLimits& limits);
  Result<EstateVolume> make(const EstatePlan& plan, std::uint32_t part, const provision::RestLimits& limits);
  /// Fine when there is none. `conflict`: it is attached to a server.
  Result<void> end(const std::string& id, const provision::RestLimits& limits);

 private:
  provision::OpenstackService& cinder_;
  const std::string installation_;
};

}  // namespace harbinger::orchestrate
