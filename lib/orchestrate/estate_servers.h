// Servers of orders, asked for of OpenStack's Nova.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/estate_parts.h"
#include "orchestrate/estate_settings.h"
#include "provision/openstack_service.h"

namespace harbinger::orchestrate {

/// Any thread, but one call at a time for an id.
class EstateServers {
 public:
  /// `nova` outlives it.
  EstateServers(provision::OpenstackService& nova, std::string installation, provision::NovaAddresses addresses)
      : nova_(nova), installation_(std::move(installation)), addresses_(addresses) {}

  /// What a server is made with besides its plan, as ids.
  struct Ingredients {
    std::string flavor{}, flavor_name{}, image{}, group{};  ///< no group: the project's default
  };

  /// Those of an order, or all when `id` is empty; also those that end.
  Result<std::vector<EstateServer>> list(std::string_view id, const provision::RestLimits& limits);
  /// It is under way when this returns.
  Result<EstateServer> make(const EstatePlan& plan, std::uint32_t part, const Ingredients& with,
                            const provision::RestLimits& limits);
  /// Fine when there is none.
  Result<void> end(const std::string& uuid, const provision::RestLimits& limits);
  Result<void> resize(const std::string& uuid, const std::string& flavor, const provision::RestLimits& limits);
  Result<void> confirm(const std::string& uuid, const provision::RestLimits& limits);
  Result<void> attach(const std::string& uuid, const std::string& volume, const provision::RestLimits& limits);
  /// Writes what was ordered beside a server; what is not told any more stays.
  Result<void> mark(const EstateServer& server, const Need& need, const std::string& flavor,
                    const provision::RestLimits& limits);

 private:
  Result<void> act(const std::string& uuid, const std::string& what, const Json& body,
                   const provision::RestLimits& limits);

  provision::OpenstackService& nova_;
  const std::string installation_;
  const provision::NovaAddresses addresses_;
};

}  // namespace harbinger::orchestrate
