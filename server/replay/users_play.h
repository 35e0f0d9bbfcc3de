// What policies bring to users: ready before it is asked for, and idle for that.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/need_model.h"
#include "server/replay/users_feed.h"
#include "server/replay/virtual_estate.h"

namespace harbinger::replay {

struct UsersWorld {
  UnixMillis start = 30'000;     ///< from an order to ready
  UnixMillis horizon = 300'000;  ///< that needs are foreseen for
  UnixMillis judged_from = 0;
  std::vector<double> prices{};  ///< a start that somebody waits for, in seconds of an idle resource
};

struct UsersCurve {
  std::string name;
  std::vector<EstateReport> reports{};  ///< at each price
  double seconds = 0;                   ///< of processor time
};

/// Who foresees: what users will need, and (may be null) what they are. What they are is learnt from labels that are given at the `labelled_at`th act of whoever
/// gets one.
struct UsersPolicy {
  std::string name;
  std::function<std::unique_ptr<orchestrate::NeedModel>(const orchestrate::NeedModel::Settings&)> needs{};
  std::function<std::unique_ptr<orchestrate::AttributeModel>()> attributes{};
  LabelSettings labels{};
  std::size_t labelled_at = 40;
  bool also_by_desk = false;  ///< what is made is decided by the engine's own desk, too, beside the plain rule
};

/// All acts, one after the other. What a policy foresees after each, and again when its user has been quiet for 30 s and for 150 s (and so on, four times as long, up to the horizon), is acted on
/// at every price. One curve, and a second one where the desk decides, too.
std::vector<UsersCurve> play_users(const UsersFeed& feed, const UsersWorld& world, const UsersPolicy& policy,
                                   const std::function<void(double)>& progress);

/// Knows who will ask for what and when, and orders it a start before: all is ready, nothing idle.
EstateReport know_all(const UsersFeed& feed, const UsersWorld& world);
/// Knows as much, but only of the time until the horizon, and can order only when the user acts, as whoever is driven by acts: at the last act of his that is
/// a start or more before he asks; or else at the first within the horizon, which is too late for some of the wait.
EstateReport know_at_acts(const UsersFeed& feed, const UsersWorld& world);

}  // namespace harbinger::replay
