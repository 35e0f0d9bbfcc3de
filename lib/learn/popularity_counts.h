// What is wanted most, by counts that fade.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace harbinger {

/// Counts of resources whose weight halves every `half_life` accesses. Bounded: with too many resources the faintest are forgotten. One thread
/// at a time.
class PopularityCounts {
 public:
  struct Entry {
    std::uint64_t resource = 0;
    double weight = 0;
  };

  PopularityCounts(std::size_t resources, double half_life);

  void add(std::uint64_t resource);
  /// The most popular, at most kTop, first the one wanted most. Exact: a rank changes only by `add`, which looks.
  std::span<const Entry> top() const { return top_; }
  /// Share of all (faded) accesses.
  double share(const Entry& entry) const { return entry.weight / total_; }

  static constexpr std::size_t kTop = 64;

 private:
  void raise(const Entry& entry);
  void fade_all();
  void forget();

  std::size_t max_resources_;
  double growth_;  // newer accesses weigh more, which is as good as older ones fading
  double increment_ = 1;
  double total_ = 0;
  std::unordered_map<std::uint64_t, double> weights_;
  std::vector<Entry> top_;
};

}  // namespace harbinger
