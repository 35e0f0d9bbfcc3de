// Ids of OpenStack's images by what people call them.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "provision/openstack_service.h"

namespace harbinger::orchestrate {

/// Any thread. What was found is held for five minutes.
class GlanceImages {
 public:
  /// `glance` outlives it.
  explicit GlanceImages(provision::OpenstackService& glance) : glance_(glance) {}
  /// An id is itself. `denied`: no image has this name, or several have.
  Result<std::string> id_of(const std::string& word, const provision::RestLimits& limits);

 private:
  struct Known {
    std::string id{};
    MonotonicTime at{};
  };
  provision::OpenstackService& glance_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace harbinger::orchestrate
