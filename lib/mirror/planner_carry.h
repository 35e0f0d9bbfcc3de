// What demand in other clusters lets expect in one: popularity carries over, by how much is learnt.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "mirror/planner_view.h"

namespace harbinger::mirror {

/// One expectation that comes from others' demand.
struct Carried {
  const Demand* like = nullptr;  ///< the resource's strongest demand elsewhere: its size and type
  std::uint32_t cluster = PlanView::kNone;
  double wanted = 0;  ///< requests a minute
};

/// What a plan is made of. Points to what must outlive it.
struct PlanInput {
  std::span<const Demand> demands;
  std::span<const Carried> carried;
  const MirrorSettings& settings;
  MonotonicTime now;
};

/// A resource that is wanted elsewhere is expected here by the clusters' sizes, times how much of that came in the past in this cluster.
class CarryOver {
 public:
  /// What to expect of the most wanted resources (a bounded number of them), of at least their type's threshold. Learns from what was expected before.
  std::vector<Carried> expect(std::span<const Demand> demands, const PlanView& view, const MirrorSettings& settings,
                              MonotonicTime now);
  /// Share of what others let expect that comes.
  double learnt(std::string_view cluster) const;
  /// Of those of whom others let something expect, how many were wanted at all.
  double chance(std::string_view cluster) const;

 private:
  struct Pooled {
    const Demand* like = nullptr;
    double all = 0;  // wanted in all clusters
  };
  struct Sample {
    std::string cluster;
    MonotonicTime since{};
    double told = 0, came = 0;  // before `learnt` is applied; of late
    bool any = false;           // whether anything ever came
  };
  struct Learnt {
    double told = 0, came = 0;
    double ended = 0, some = 0;  // samples, and those of which anything came
  };

  void pool(std::span<const Demand> demands, const PlanView& view);
  std::vector<std::pair<std::uint64_t, Pooled>> most_wanted() const;
  double own(std::uint64_t resource, std::uint32_t cluster) const;
  void sample(std::uint64_t resource, std::string_view cluster, double told, MonotonicTime now);
  double told_by_others(const Pooled& pooled, double mine, std::uint32_t cluster) const;
  void collect_own(std::span<const Demand> demands, const PlanView& view,
                   const std::vector<std::pair<std::uint64_t, Pooled>>& wanted);
  void count(const Sample& sample);
  void count_end(const Sample& sample);
  void learn(std::span<const Demand> demands, const MirrorSettings& settings, MonotonicTime now);

  std::unordered_map<std::uint64_t, Pooled> pooled_;
  std::unordered_map<std::uint64_t, double> own_;  // by resource and cluster
  std::vector<double> sizes_;                      // of clusters, as requests a minute
  double all_ = 0;
  std::unordered_map<std::uint64_t, Sample> samples_;
  std::unordered_map<std::string, Learnt> learnt_;
};

}  // namespace harbinger::mirror
