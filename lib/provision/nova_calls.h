// Making, finding and ending servers of instances.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provision/cpu_counter.h"
#include "provision/nova_flavors.h"
#include "provision/nova_server.h"
#include "provision/openstack_service.h"

namespace harbinger::provision {

/// Any thread, but one call at a time for an id.
class NovaCalls {
 public:
  struct Settings {
    std::string installation{};
    NovaAddresses addresses = NovaAddresses::all;
  };
  NovaCalls(std::unique_ptr<OpenstackService> api, Settings settings)
      : api_(std::move(api)), settings_(std::move(settings)), flavors_(*api_) {}

  /// A server; what there is already, when it was made before.
  Result<NovaServer> make(const Order& order, const RestLimits& limits);
  /// Nothing when there is none.
  Result<std::optional<NovaServer>> find(std::string_view id, const RestLimits& limits);
  /// Fine when there is none.
  Result<void> end(std::string_view id, const RestLimits& limits);
  /// Stops the machine for a moment, and starts it with another flavor. Returns when that is done.
  Result<void> resize(const NovaServer& server, const Size& size, const RestLimits& limits);
  /// Says yes to a new size that waits for it.
  Result<void> confirm(const NovaServer& server, const RestLimits& limits);
  Result<Usage> usage(const NovaServer& server, const RestLimits& limits);
  Result<std::vector<NovaServer>> list(const RestLimits& limits);
  /// One request that shows whether Nova answers us.
  Result<void> greet(const RestLimits& limits);
  const Clock& clock() const { return api_->clock(); }

 private:
  Result<std::vector<NovaServer>> named(std::string_view id, const RestLimits& limits);
  Result<std::optional<NovaServer>> by_uuid(const std::string& uuid, const RestLimits& limits);
  Result<Flavor> flavor_of(const Order& order, const RestLimits& limits);
  void remember(const NovaServer& server);
  std::optional<std::string> uuid_of(std::string_view id);
  void forget(std::string_view id);

  const std::unique_ptr<OpenstackService> api_;
  const Settings settings_;
  NovaFlavors flavors_;
  CpuCounter meter_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>>
      uuids_;  ///< by id: saves a search by name; never the only way to find one
};

}  // namespace harbinger::provision
