// What tends to come before arrivals, by how long ago it came.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "provision/pool_sizer.h"
#include "provision/sizer_timing.h"

namespace harbinger::provision {

/// Counts of each lead, tick by tick, as sums over ages. Ages are cut finely where they are small, and reach back two minutes at most, or 220 ticks.
/// A lead that never came takes no memory.
class LeadHistory {
 public:
  static constexpr std::size_t kLeads = PoolSizer::kLeads, kMostBins = 10;

  explicit LeadHistory(const SizerTiming& timing);

  /// Within the present tick.
  void add(std::size_t lead, double count);
  void end_tick();
  /// As if nothing had come yet; what leads there are stays known.
  void clear();

  std::size_t bins() const { return bins_; }                     ///< of each lead
  std::uint32_t edge(std::size_t i) const { return edges_[i]; }  ///< ages of bin i, in ticks: edge(i) until edge(i + 1)
  bool present(std::size_t lead) const { return rings_[lead] != nullptr; }
  void make_present(std::size_t lead);
  /// Sums as they were `ago` ticks before, which is at most SizerTiming::kMostDelay + 1: those of lead 0 first. Those of absent leads are 0.
  void sums(std::size_t ago, std::span<float> out) const;

 private:
  static constexpr std::size_t kRing = 256;
  using Ring = std::array<double, kRing>;  // of all that came until the end of a tick
  double until(const Ring& ring, std::size_t ago) const { return ring[(now_ + kRing - ago) % kRing]; }

  std::array<std::unique_ptr<Ring>, kLeads> rings_{};
  std::array<double, kLeads> present_{};  // counts of the present tick
  std::array<std::uint32_t, kMostBins + 1> edges_{};
  std::size_t bins_ = 0, now_ = 0;
};

}  // namespace harbinger::provision
