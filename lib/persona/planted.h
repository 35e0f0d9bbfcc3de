// Made-up clients of known classes of behaviour, to judge clusters by. The same for the same seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/behaviour.h>

namespace harbinger::persona {

/// A mixture of behaviours, all of them alike but for what `differ` names.
///
/// - Names: each behaviour has some of one pool, drawn by a Zipf law in an order of its own; pools overlap. Each client likes some of them more.
/// - Order: a behaviour follows a chain: after each name, another one is usual; how often each is asked for is the same for all behaviours.
/// - Timing: gaps are log-normal around four medians, either regular or in bursts.
/// - Actions: one action is commonest, another one next.
/// - Noise: acts of nobody's class, any name after any gap.
/// Behaviours have unequal shares; clients come one after the other within `arrivals`, and act interleaved.
struct PlantedMixture {
  enum class Differ : std::uint8_t { all, names, order, timing, actions };

  std::uint64_t seed = 1;
  Differ differ = Differ::all;
  std::size_t behaviours = 8, clients = 800, acts = 40;  ///< acts of each client
  double noise = 0.10;
  double own_taste =
      0.5;  ///< how much clients of one behaviour differ: sigma of the logarithm of how much they like a name
  double overlap = 0.5;        ///< share of a behaviour's names that come from a pool for all
  std::size_t changes_at = 0;  ///< act from which on every fourth client is of another behaviour; 0: never
  UnixMillis starts = 1'700'000'000'000, arrivals = 3'600'000;
};

struct PlantedAct {
  UnixMillis at = 0;
  std::uint32_t client = 0;
  std::uint32_t behaviour = 0;  ///< of the client at this act
  std::string resource;
  Action action = Action::query;
};

/// In the order of time. Client i is of behaviour `first[i]` at first.
struct PlantedActs {
  std::vector<PlantedAct> acts;
  std::vector<std::uint32_t> first;
};
PlantedActs plant(const PlantedMixture& mixture);

}  // namespace harbinger::persona
