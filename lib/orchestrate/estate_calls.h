// Making, finding, changing and removing servers and volumes of orders on OpenStack.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/estate_servers.h"
#include "orchestrate/estate_settings.h"
#include "orchestrate/estate_volumes.h"
#include "orchestrate/glance_images.h"
#include "orchestrate/security_groups.h"
#include "provision/nova_flavors.h"

namespace harbinger::orchestrate {

/// Any thread, but one call at a time for an id.
class EstateCalls {
 public:
  /// `settings` and `clock` outlive it.
  EstateCalls(const EstateSettings& settings, std::shared_ptr<provision::Keystone> keystone, const Clock& clock);

  /// Makes what is missing, and anew what has an error or shut itself down. When the cloud refuses and nothing is there, that is the error; else the order is `partly` there, with what the
  /// cloud said.
  Result<Made> make(const EstatePlan& plan, const provision::RestLimits& limits);
  /// Also takes the next steps of what is there: a volume is attached when its server is active, a new size is confirmed.
  Result<Made> look(std::string_view id, const provision::RestLimits& limits);
  /// `unsupported`: what is asked for differs in more than flavor and count, or in the flavor and `resize` is not allowed.
  Result<Made> change(const EstatePlan& plan, const provision::RestLimits& limits);
  /// Waits until servers are gone where volumes or a group of ours go after them; `timeout`: not all was gone by the deadline.
  Result<void> remove(std::string_view id, const provision::RestLimits& limits);
  Result<std::vector<Made>> list(const provision::RestLimits& limits);
  /// One request of each service that shows whether it answers us.
  Result<void> greet(const provision::RestLimits& limits);
  const Clock& clock() const { return nova_.clock(); }

 private:
  Result<EstateParts> parts_of(std::string_view id, bool volumes, const provision::RestLimits& limits);
  Result<EstateServers::Ingredients> ingredients(const EstatePlan& plan, const provision::RestLimits& limits);
  Result<std::string> complete(const EstatePlan& plan, EstateParts& parts, const provision::RestLimits& limits);
  Result<void> complete_server(const EstatePlan& plan, std::uint32_t part, EstateParts& parts,
                               const provision::RestLimits& limits);
  Result<void> complete_volume(const EstatePlan& plan, std::uint32_t part, EstateParts& parts,
                               const provision::RestLimits& limits);
  Result<std::string> go_on(EstateParts& parts, const provision::RestLimits& limits);
  Result<void> go_on_with(const EstateServer& server, EstateParts& parts, const provision::RestLimits& limits);
  Result<std::string> resize(const EstatePlan& plan, const EstateParts& parts, const provision::Flavor& flavor,
                             const provision::RestLimits& limits);
  Result<void> end_parts(std::string_view id, std::uint32_t from, const provision::RestLimits& limits);
  Result<bool> end_round(const EstateParts& parts, std::uint32_t from, const provision::RestLimits& limits);
  Result<void> sweep(const provision::RestLimits& limits);

  const EstateSettings& settings_;
  provision::OpenstackService nova_, cinder_, neutron_, glance_;
  provision::NovaFlavors flavors_;
  GlanceImages images_;
  SecurityGroups groups_;
  EstateServers servers_;
  EstateVolumes volumes_;
};

}  // namespace harbinger::orchestrate
