// A choice, worked out once more for people.
#pragma once

#include "plugins/cdn_select/answer.h"
#include "plugins/cdn_select/pages.h"
#include "steer/applications.h"
#include "steer/steering_service.h"

namespace harbinger::cdn_select {

/// Everything of a report but name and client. `client` has its persona. For threads that are no rcu::Reader.
WhyReport explain(const steer::SteeringService& service, const steer::Applications& applications,
                  const steer::ApplicationInfo& info, const steer::ClientFacts& client, const AnswerSettings& settings);

}  // namespace harbinger::cdn_select
