// What is remembered of each user, within bounds: the longest idle makes room.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "orchestrate/belief_runs.h"

namespace harbinger::orchestrate {

/// Less than 2 KiB, with a reader's 64 numbers twice less than 2.5 KiB.
struct UserProfile {
  static constexpr std::uint8_t kNone = LabelledUser::kNone;

  ActorKey actor = 0;
  UnixMillis last_at = 0;
  std::uint64_t heard = 0;
  std::array<KnownAct, LabelledUser::kMostActs> ring{};  ///< of the last acts; `heard` says where
  BeliefRuns runs{};
  std::uint32_t version = 0;                                               ///< Learnt::version that `runs` are of
  std::array<std::uint8_t, kAttributes> told{kNone, kNone, kNone, kNone};  ///< what was believed firmly last
  std::array<std::uint16_t, kAttributes> rules{};                          ///< number of the rule that fits, plus 1
  std::uint32_t rules_version = 0;
  std::vector<float> hidden{}, hidden_mean{};  ///< of the reader
  std::uint32_t newer = 0, older = 0;          ///< places in the book

  std::size_t acts() const { return std::min<std::uint64_t>(heard, ring.size()); }
  const KnownAct* last() const { return heard == 0 ? nullptr : &ring[(heard - 1) % ring.size()]; }
  void push(const KnownAct& act) { ring[heard++ % ring.size()] = act; }
  /// Oldest first.
  std::vector<KnownAct> last_acts() const;
  /// Of them, those since he became what he seems to be.
  std::vector<KnownAct> acts_since_change() const;
};

class ProfileBook {
 public:
  explicit ProfileBook(std::size_t most);

  /// Null when unknown.
  UserProfile* find(ActorKey actor);
  /// The user, who acted just now; new where unknown.
  UserProfile& touch(ActorKey actor);
  std::size_t size() const { return places_.size(); }
  /// The one who acted last, and who did before him; null at the end.
  UserProfile* newest() { return at(ends().older); }
  UserProfile* before(const UserProfile& user) { return at(user.older); }

 private:
  // Place 0 holds the two ends of the list.
  UserProfile& ends() { return records_[0]; }
  UserProfile* at(std::uint32_t place) { return place == 0 ? nullptr : &records_[place]; }
  void unlink(std::uint32_t place);
  void link_newest(std::uint32_t place);

  const std::size_t most_;
  std::deque<UserProfile> records_{1};
  std::unordered_map<ActorKey, std::uint32_t> places_;
};

}  // namespace harbinger::orchestrate
