// What is remembered of one user, to foretell what he needs; and the contexts that are made of it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "orchestrate/need_fields.h"
#include "orchestrate/need_model.h"
#include "orchestrate/telling_acts.h"

namespace harbinger::orchestrate {

/// Plain numbers; zeros are somebody new.
struct NeedUser {
  UnixMillis last_act = 0, last_ask = 0;
  float usual_gap = 0;                     ///< milliseconds between asks, of late; 0: not known
  std::array<std::uint64_t, 4> acts{};     ///< hashes of the last acts' verb and kind, the last first
  ActTrail trail{};                        ///< acts since the last ask
  std::uint16_t telling = 0;               ///< of these the one that tells most; 0: none does
  std::uint8_t told_ago = 0;               ///< acts since that one
  std::array<NeedWords, 4> needs{};        ///< asked for, the last first
  std::uint32_t asked = 0, since_ask = 0;  ///< asks in all; acts since the last
  std::uint32_t run = 0;                   ///< times in a row that the last need was asked for
  std::uint64_t manner = 0;                ///< hash of the last act's source and class of actor
  std::uint8_t outcome = 0;                ///< of the last act
  std::uint8_t reports = 0;                ///< of use; stops at 255
  float used_cpu = -1, used_memory = -1;   ///< shares, of late; below 0: not told

  void acted(const Activity& act, UnixMillis at);
  void told(const TellingActs& acts_that_tell);
  /// Whether numbers that were read can be.
  bool sane() const noexcept;
  void used(const Activity& act);
  void asked_for(const NeedWords& words, UnixMillis at);

  template <class Archive>
  void state(Archive& archive) {
    archive(last_act), archive(last_ask), archive(usual_gap), archive(acts), archive(trail), archive(telling),
        archive(told_ago);
    archive(needs), archive(asked);
    archive(since_ask), archive(run), archive(manner), archive(outcome), archive(reports), archive(used_cpu);
    archive(used_memory);
  }
};

/// What is known when something is foretold.
struct NeedSituation {
  ActorKey actor = 0;
  const NeedUser* user = nullptr;
  const UserAttributes* who = nullptr;
  SystemLoad load{};
  UnixMillis now = 0;
};

/// Contexts of one field of the next need.
inline constexpr std::size_t kNeedInputs = 18, kNeedChain = 4;
std::array<std::uint64_t, kNeedInputs> need_contexts(const NeedSituation& situation, NeedField field,
                                                     std::uint64_t before);
/// What each input goes by, for people: "what this user asked for last"; one more for the chain.
std::span<const std::string_view> need_input_names() noexcept;

/// Contexts of the time until something is asked for.
inline constexpr std::size_t kTimingInputs = 14, kTimingChain = 3;
std::array<std::uint64_t, kTimingInputs> timing_contexts(const NeedSituation& situation, double horizon_ms);

/// Selectors of weights: how much is known of the user, and how often the last need came in a row.
inline constexpr std::uint32_t kKnownLevels = 6, kRunLevels = 5;
std::array<std::uint32_t, 2> need_selectors(const NeedUser& user);

}  // namespace harbinger::orchestrate
