// Made-up users of a service platform, of known attributes and with known needs: what attributes and provisioning are judged by. The same for the same seed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include "orchestrate/activity.h"
#include "orchestrate/attributes.h"

namespace harbinger::orchestrate {

/// The value of each attribute, in their order.
using AttributeMixture = std::array<std::uint8_t, kAttributes>;
/// Every value of every attribute is in two of them at least, and no attribute follows from another one.
inline constexpr std::array<AttributeMixture, 8> kPlantedMixtures{
    {{0, 0, 1, 0}, {0, 1, 1, 1}, {0, 2, 0, 1}, {1, 0, 0, 1}, {1, 1, 1, 2}, {1, 2, 1, 0}, {2, 1, 0, 0}, {2, 2, 0, 2}}};

/// How users act and ask.
///
/// - Acts: all users draw from one list of acts. An attribute makes some of them up to four times likelier, or less likely; each user likes some more
///   than others of his kind do. No act is proof of anything.
/// - Manner: failures, denials, repeats, the kind of client, gaps and bursts go with skill, each user's own way; hours and named scopes go with
///   the use case, latency with sensitivity. All of them overlap.
/// - Noise: acts that are drawn evenly from all.
/// - Needs: most are opened by an act of reading, one of three for a use case, four to eight acts before they are asked for. What is needed follows from
///   the opening, the mixture, a habit of the user, and chance. Some openings come to nothing, and some needs come without one, and are any.
/// Users come within `arrivals`, at hours that their use case likes, and act interleaved.
struct PlantedUsersSettings {
  std::uint64_t seed = 1;
  std::size_t users = 500, acts = 60;  ///< acts of each user
  double noise = 0.10;                 ///< share of acts that tell nothing
  double own_taste = 0.6;              ///< sigma of the logarithm of how much a user likes an act
  double clarity = 1.25;        ///< how much attributes matter for what is done: 0 not at all; powers of the factors
  std::size_t changes_at = 0;   ///< act from which on every fourth user is of another mixture; 0: never
  double unpredictable = 0.08;  ///< share of needs without an opening
  double false_starts = 0.15;   ///< share of openings that come to nothing
  UnixMillis starts = 1'700'006'400'000, arrivals = 24 * 3'600'000;  ///< from midnight UTC on, a day
};

/// One act, with its texts.
struct PlantedUserAct {
  std::uint32_t user = 0;  ///< place in PlantedUsers::users
  ActorKey actor = 0;
  std::uint32_t number = 0;  ///< of the user's acts, from 0
  std::uint8_t mixture = 0;  ///< of the user at this act, of kPlantedMixtures
  UnixMillis at = 0;
  std::string verb{}, kind{}, source{}, scope{};
  ActivityOutcome outcome = ActivityOutcome::succeeded;
  ActorClass actor_class = ActorClass::unknown;
  bool changes = false;
  std::uint32_t latency_ms = 0;
  float used_cpu = -1, used_memory = -1;
  std::optional<Need> asks{};   ///< kind is "machine" or "volume"
  UnixMillis uses_until = 0;    ///< of an act that asks: when its user gives the resource back
  bool unpredictable = false;   ///< of an act that asks: nothing foretold it
  std::uint32_t opened_by = 0;  ///< of an act that asks and was foretold: number of the user's act that did

  /// As sensors would tell it. Valid while this act is, and where it is.
  Activity activity() const;
};

struct PlantedUser {
  ActorKey actor = 0;
  std::uint8_t mixture = 0;  ///< at first
  std::uint8_t later = 0;    ///< from act `changes_at` on; the same for most
};

struct PlantedUsers {
  std::vector<PlantedUser> users{};
  std::vector<PlantedUserAct> acts{};  ///< in the order of time
};
PlantedUsers plant_users(const PlantedUsersSettings& settings);

}  // namespace harbinger::orchestrate
