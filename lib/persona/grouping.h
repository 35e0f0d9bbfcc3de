// A sample of clients, grouped: what the clusters are learnt from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <harbinger/access.h>
#include "persona/mixture.h"

namespace harbinger::persona {

class SplitTrial;

/// Keeps samples of some thousand clients and finds the clusters that explain them. Clusters are numbered as in Mixture; a number stays with
/// its cluster for as long as that lives. Deterministic. One thread at a time.
class Grouping {
 public:
  /// What a cluster must explain to be one: so many nats, and so many for each thing that its members do.
  static constexpr double kPerCluster = 4, kDoubt = 0.11;

  static constexpr std::size_t kMostSamples = 4096;
  static constexpr std::uint16_t kNoSlot = 0xffff;

  struct Sample {
    ClientKey client = 0;
    ClientState state{};
    Tokens tokens;
    std::uint8_t cluster = 0;
  };
  /// What may not be done with a cluster.
  struct Ties {
    bool kept = false;   ///< neither merged nor split by itself
    bool taken = false;  ///< its number is not given to a new one
  };

  Grouping();

  /// Puts a client's sample in its place, or makes one for it. Returns the place.
  std::uint16_t offer(ClientKey client, const ClientState& state);
  /// Looks at so many samples and puts each into the cluster that it fits best. Returns how many moved.
  std::size_t sweep(std::size_t samples);
  /// Finds the clusters from nothing, and adopts them when they explain more than the present ones do. Takes long; for a cold start.
  void rebuild();
  /// One bounded step: some samples, one cluster.
  void step(bool may_split);

  struct Merged {
    std::uint8_t from = 0, into = 0;
  };
  /// What became of clusters since this was asked last.
  std::vector<Merged> take_merged() { return std::exchange(merged_, {}); }
  std::uint32_t changes() const {
    return changes_;
  }  ///< grows when clusters were merged, split, born, or many samples moved

  /// An operator's word.
  void merge(std::uint8_t from, std::uint8_t into);
  /// The number of the new part; nothing when the members cannot be told apart.
  std::optional<std::uint8_t> split(std::uint8_t cluster, double bar);
  void move(std::uint8_t from, std::uint8_t to);

  /// The cluster that fits best; the margin is to the next, in nats.
  struct Place {
    std::uint8_t cluster = 0;
    float score = 0, margin = 0;
    float own = 0;  ///< the score of the cluster that was asked about
  };
  Place place(const Tokens& tokens, std::uint8_t own) const;

  const Mixture& mixture() const { return mixture_; }
  Mixture& mixture() { return mixture_; }
  const HiddenScale& scale() const { return scale_; }
  const std::vector<Sample>& samples() const { return samples_; }
  std::array<Ties, Mixture::kMost>& ties() { return ties_; }
  std::uint64_t offers() const { return offers_; }

 private:
  friend class GroupingCodec;
  std::size_t make_room();
  std::uint8_t best_for(const Sample& sample);
  std::uint8_t newborn(std::uint32_t but = 0) const;
  void put(Sample& sample, std::uint8_t cluster);
  void renew();
  void merge_what_is_alike();
  bool merge_one(std::uint8_t cluster);
  double explained() const;
  std::vector<std::uint8_t> labels() const;
  void put_all(const std::vector<std::uint8_t>& labels);
  void split_what_is_not();
  void merge_what_explains();
  std::vector<std::uint8_t> named_after(const std::vector<std::uint8_t>& old) const;
  double worth(std::uint32_t one, std::uint32_t other) const;
  std::vector<std::uint8_t> neighbours(std::uint8_t cluster) const;
  double price(std::uint32_t one, std::uint32_t other) const;
  std::vector<const Tokens*> some_members(std::uint8_t cluster) const;
  std::size_t far_from(std::span<const Tokens* const> members, std::size_t seed, std::uint32_t scratch);
  std::uint8_t divide(std::uint8_t cluster, const SplitTrial& trial);
  std::uint64_t random();

  Mixture mixture_;
  HiddenScale scale_;
  std::vector<Sample> samples_;
  std::array<Ties, Mixture::kMost> ties_{};
  std::vector<Merged> merged_;
  bool may_be_born_ = true;
  std::uint32_t loners_ = 0;
  std::array<std::uint64_t, Mixture::kMost> tried_{};  ///< offers when a split was last tried in vain

  std::size_t next_ = 0;           ///< sample to look at
  std::uint8_t next_cluster_ = 1;  ///< to merge or split
  std::uint32_t changes_ = 0;
  std::uint64_t offers_ = 0, renewed_at_ = 0;
  std::uint64_t random_ = 0x9e3779b97f4a7c15U;
};

}  // namespace harbinger::persona
