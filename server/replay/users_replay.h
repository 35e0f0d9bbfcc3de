// The whole loop on users of our own making: what they are, what they will need, what is made of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/replay/attribute_judge.h"
#include "server/replay/command_line.h"
#include "server/replay/progress.h"
#include "server/replay/users_play.h"

namespace harbinger::replay {

/// One kind of users, as all policies do with them.
struct UsersScene {
  std::string name;
  std::size_t acts = 0;
  EstateReport knows_all{}, knows_at_acts{};
  std::vector<UsersCurve> curves{};  ///< ours is the last

  const UsersCurve* of(std::string_view policy) const;
};

struct UsersResults {
  std::string trace;
  std::size_t users = 0;
  UsersWorld world{};     ///< of all scenes, but for `judged_from`
  double score_from = 0;  ///< share of the time
  std::vector<UsersScene> scenes{};
  AttributeScores attributes{};
};

/// Resource-seconds that are paid beyond what the oracle pays, as a share of these.
double paid_on_top(const EstateReport& report, const EstateReport& oracle);
/// Idle seconds of resources for each request that found its resource ready.
double idle_per_ready(const EstateReport& report);
/// What a policy brings where that share of requests find theirs ready: between the two prices around it; nothing where no price reaches it.
std::optional<double> at_ready(const UsersCurve& curve, double ready,
                               const std::function<double(const EstateReport&)>& value);

UsersResults replay_users(const CommandLine& line, Progress& progress);

std::string to_table(const UsersResults& results);
std::string to_json(const UsersResults& results);
/// Requests that find nothing ready over idle seconds of resources, of the first scene.
std::string users_plot(const UsersResults& results);

}  // namespace harbinger::replay
