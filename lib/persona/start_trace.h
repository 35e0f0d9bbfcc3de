// Made-up clients of a dozen kinds, the same for the same seed: what a start model is trained on before it sees anybody real.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "persona/network.h"

namespace harbinger::persona {

/// A kind of client, in general terms. Names are random for every client, so that nothing can be learnt of names: only how gaps, actions,
/// hours, devices and the coming back of what was there before hang together.
struct ClientKind {
  std::string_view name;
  std::uint8_t sites, resources;  ///< different ones: sites, and of each its resources
  double follows;  ///< share of acts that go where the act before leads (each resource has up to three successors)
  double stays;    ///< share that repeat the act before
  double gap_s, gap_spread;  ///< log-normal: median and sigma
  double pauses, pause_s;    ///< share of acts after a pause, and its median
  Action first, second;      ///< a resource has one action for good
  double seconds;            ///< share of resources with the second action
  double dwell_s;            ///< median; 0: not told
  DeviceClass device;
  double peak, width;  ///< hours of the day when sessions begin: normal
};

class StartTrace {
 public:
  explicit StartTrace(std::uint64_t seed) : random_(seed) {}

  static std::vector<ClientKind> kinds();

  /// The first acts of a client nobody has seen yet, of a kind of its own.
  std::vector<EventCode> client(std::size_t acts);
  std::vector<EventCode> client(const ClientKind& kind, std::size_t acts);

 private:
  struct Resource;
  std::vector<Resource> world(const ClientKind& kind);
  std::string word(std::size_t syllables);
  double uniform();
  double log_normal(double median, double sigma);
  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::mt19937_64 random_;
};

}  // namespace harbinger::persona
