// An instance as the desk knows it, and what pools count.
#pragma once

#include <cstdint>
#include <string>

#include <harbinger/clock.h>
#include "provision/engine.h"
#include "provision/size_adviser.h"

namespace harbinger::provision {

struct Instance {
  std::string id{};
  std::uint16_t pool = 0, provider = 0;
  Step step = Step::ordered;
  std::uint64_t tag = 0;  ///< whose it is, or was while it drains; 0: nobody's
  bool had_tag = false;   ///< it was somebody's at some time
  Size size{};
  Reach reach{};
  Usage usage{};
  std::string trouble{};
  MonotonicTime ordered{}, since{};  ///< since: in its step
  MonotonicTime wished{}, busy{};    ///< last
  MonotonicTime became_ready{};
  Duration took{};  ///< its start

  /// The provider's call that is under way for it.
  enum class Call : std::uint8_t { none, start, look, usage, stop, resize } call = Call::none;
  MonotonicTime called{}, used_asked{}, stop_again{};
  Duration stop_pause{};
  bool found_again = false;    ///< it was started by a run before this
  bool recovered = false;      ///< known from before, and not found again yet
  bool coming = false;         ///< counts as one that will be nobody's and ready
  bool for_good = false;       ///< drains to be stopped; or, not found again yet, will be stopped
  bool proved_steady = false;  ///< lived for so long that its start counts as good
  bool ended = false;
  unsigned bad_probes = 0;
  LoadWatch load{};
};

/// Since the engine began.
struct PoolCounts {
  std::uint64_t wishes = 0, hits = 0, cold = 0, refused = 0, starts = 0, failures = 0, stops = 0, served = 0;
  double idle_s = 0;
};

/// An instance from before, as the journal has it.
struct Recovered {
  std::string id{};
  std::uint16_t pool = 0, provider = 0;  ///< pool may be InstanceDesk::kNoPool: then it is stopped
  std::uint64_t tag = 0;
  bool had_tag = false;
  Size size{};
};

}  // namespace harbinger::provision
