// Users of whom somebody said what they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include <harbinger/result.h>
#include "orchestrate/profile_book.h"

namespace harbinger::orchestrate {

class LabelBook {
 public:
  static constexpr std::size_t kMost = 4096;       ///< users
  static constexpr std::size_t kMostOfValue = 64;  ///< users from which heads learn a value; the latest

  /// `too_large`: kMost are labelled.
  Result<void> label(ActorKey actor, std::size_t attribute, std::uint8_t value);
  /// False when there was no such label.
  bool unlabel(ActorKey actor, std::size_t attribute);
  std::optional<std::uint8_t> find(ActorKey actor, std::size_t attribute) const;

  bool has(ActorKey actor) const { return places_.contains(actor); }

  /// Takes what the labelled did into their examples, until each has as many acts as can be kept: what he becomes afterwards is not what was labelled.
  void complete(ProfileBook& users);
  /// Those to learn from.
  std::vector<LabelledUser> examples() const;

  std::size_t labels() const;
  std::span<const LabelledUser> all() const { return users_; }
  /// From disk: instead of all.
  void adopt(std::vector<LabelledUser> users);

 private:
  std::vector<LabelledUser> users_;  ///< in the order in which they were labelled first
  std::unordered_map<ActorKey, std::size_t> places_;
};

}  // namespace harbinger::orchestrate
