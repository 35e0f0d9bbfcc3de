// Clusters as distributions over the vocabulary of tokens.h, and how well a client fits each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "persona/tokens.h"

namespace harbinger::persona {

/// A mixture of distributions, one per part, each backing off to what all clients do: a thing that everybody does says nothing, a thing that one
/// cluster does says much, and a cluster in which everything is new all the time (many names, each seldom) expects more of that (absolute
/// discounting, as language models do it). Clusters are numbered 1 to kMost - 1; one that has no members is free.
class Mixture {
 public:
  static constexpr std::uint32_t kMost = 256, kBlock = 16;

  Mixture();

  /// A client is one of everybody, or no longer; whether it is in a cluster is said apart.
  void know(const Tokens& tokens) { count(tokens, 1); }
  void forget(const Tokens& tokens) { count(tokens, -1); }
  void add(std::uint32_t cluster, const Tokens& tokens) { change(cluster, tokens, 1); }
  void remove(std::uint32_t cluster, const Tokens& tokens) { change(cluster, tokens, -1); }
  /// Adopts what clients do now as what everybody does.
  void refresh();

  std::uint32_t members(std::uint32_t cluster) const { return members_[cluster]; }
  /// How many things its members did, repeats counted less.
  float evidence(std::uint32_t cluster) const;
  /// All clusters that have members are below it.
  std::uint32_t end() const { return end_; }
  /// A number without members, or 0 when there is none.
  std::uint32_t free(std::span<const std::uint8_t> taken) const;

  /// How much likelier the tokens are in a cluster than with anybody, in nats, for all below end(). Memberless ones get -infinity.
  using Scores = std::array<float, kMost>;
  void score(const Tokens& tokens, Scores& scores) const;
  /// The same for one cluster.
  float score_in(std::uint32_t cluster, const Tokens& tokens) const;
  /// The same for one of its members, as if it were none.
  float score_without(std::uint32_t cluster, const Tokens& tokens) const {
    return score_apart(cluster, 0, nullptr, tokens);
  }
  /// ln of p(row | cluster) / p(row | anybody).
  float ratio(std::uint32_t cluster, Part part, std::uint32_t at) const {
    return ratios_[row_of(part, at) * kMost + cluster] - norms_[static_cast<std::size_t>(part) * kMost + cluster];
  }
  /// p(at | cluster), among the tokens of that part; cluster 0: with anybody.
  float share(std::uint32_t cluster, Part part, std::uint32_t at) const;

  /// Two clusters as if they were one.
  struct Union {
    std::uint32_t one = 0, other = 0;
    std::array<std::uint32_t, kParts> types{};
  };
  Union united(std::uint32_t one, std::uint32_t other) const;
  /// How well a member of one of them fits into it, as if it were none.
  float score_without(const Union& both, const Tokens& tokens) const {
    return score_apart(both.one, both.other, both.types.data(), tokens);
  }

  /// What cannot be counted again from the members: numbers that are only renewed now and then.
  struct Lag {
    std::vector<float> usual, spare;
  };
  Lag lag() const { return {usual_, spare_}; }
  void set_lag(const Lag& lag);

 private:
  void change(std::uint32_t cluster, const Tokens& tokens, int sign);
  void count(const Tokens& tokens, int sign);
  void watch_unusual(std::uint32_t row, std::size_t part);
  float usual_now(std::uint32_t row, std::size_t part) const;
  void refresh_row(std::uint32_t row, std::size_t part);
  void refresh_spare(std::uint32_t cluster, std::size_t part);
  void refresh_column(std::uint32_t cluster, std::size_t part);
  void refresh_norm(std::uint32_t cluster, std::size_t part);
  float ratio_of(std::uint32_t cluster, std::int32_t count, std::uint32_t row, std::size_t part) const;
  float score_apart(std::uint32_t one, std::uint32_t other, const std::uint32_t* types, const Tokens& tokens) const;
  std::int32_t* column(std::uint32_t cluster) { return &counts_[std::size_t{cluster} * kRows]; }
  const std::int32_t* column(std::uint32_t cluster) const { return &counts_[std::size_t{cluster} * kRows]; }

  std::vector<std::int32_t> counts_;  ///< [cluster][row]; cluster 0 is everybody
  std::vector<float> ratios_;         ///< [row][cluster]: ln of (count - discount + spare * usual) / (spare * usual)
  std::vector<float> norms_;          ///< [part][cluster]: ln of (total + alpha) / spare
  std::vector<float> usual_;          ///< [row]: share with everybody, as of the latest refresh
  std::vector<float> spare_;          ///< [part][cluster]: what is kept for things not seen in the cluster
  std::array<std::array<std::int64_t, kParts>, kMost> totals_{};
  std::array<std::array<std::uint32_t, kParts>, kMost> types_{};  ///< different rows
  std::array<std::uint32_t, kMost> members_{};
  std::uint32_t end_ = 1;
};

}  // namespace harbinger::persona
