// Tells those who hint of names that nobody can serve at present.
#pragma once

#include <memory>
#include <mutex>

#include <harbinger/repeater.h>
#include <harbinger/troubled.h>
#include "steer/applications.h"
#include "steer/steering_service.h"

namespace harbinger::cdn_select {

/// Looks four times a second, and when it is told to. An application is in trouble when none of its pools has an endpoint that is up and not full. Any thread but a
/// worker.
class TroubleTeller {
 public:
  /// Both outlive it.
  TroubleTeller(const steer::SteeringService& service, const steer::Applications& applications);
  void look();

 private:
  const steer::SteeringService& service_;
  const steer::Applications& applications_;
  std::mutex lock_;
  Troubled::Reporter reporter_{troubled()};
  std::unique_ptr<Repeater> rounds_;
};

}  // namespace harbinger::cdn_select
