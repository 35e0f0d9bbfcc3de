// Which of OpenStack's sizes an instance is given.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "provision/openstack_service.h"
#include "provision/template.h"

namespace harbinger::provision {

struct Flavor {
  std::string id{}, name{};
  double cpus = 0;
  double memory_mb = 0;
  double disk_gb = 0;
  bool disabled = false;
};

/// The smallest that has at least so much: by memory and CPUs alike, in shares of what is wanted; then by disk. Null when none has.
const Flavor* smallest_that_fits(const std::vector<Flavor>& flavors, const Size& size);

/// The flavors of a cloud, asked for now and then. Any thread.
class NovaFlavors {
 public:
  /// `api` outlives it.
  explicit NovaFlavors(OpenstackService& api) : api_(api) {}
  /// `denied`: there is none so large.
  Result<Flavor> fitting(const Size& size, const RestLimits& limits);
  /// By its id or name. `denied`: there is none.
  Result<Flavor> named(const std::string& word, const RestLimits& limits);

 private:
  Result<std::vector<Flavor>> all(const RestLimits& limits);

  OpenstackService& api_;
  std::timed_mutex mutex_;
  std::vector<Flavor> known_;
  MonotonicTime known_at_{};
};

}  // namespace harbinger::provision
