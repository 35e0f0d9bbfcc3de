// What ClientProfile's octets are.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <harbinger/behaviour.h>
#include "persona/clusters.h"
#include "persona/topics.h"

namespace harbinger::persona {

/// One act in four octets: enough to say it again to a client that starts anew.
struct ActCode {
  static constexpr std::uint32_t kResources = 4096, kSites = 512, kPairs = 4096;
  static constexpr std::uint8_t kActions = 8, kGaps = 20;
  static constexpr std::uint8_t kNoGap = 31;  ///< the client's first act

  std::uint16_t resource = 0;  ///< < kResources
  std::uint16_t site = 0;      ///< < kSites
  std::uint8_t action = 0;
  std::uint8_t gap = kNoGap;  ///< < kGaps, or kNoGap

  std::uint32_t pack() const noexcept {
    return resource | std::uint32_t{site} << 12 | std::uint32_t{action} << 21 | std::uint32_t{gap} << 24 | 1u << 29;
  }
  static ActCode unpack(std::uint32_t packed) noexcept {
    return {static_cast<std::uint16_t>(packed & 0xfff), static_cast<std::uint16_t>(packed >> 12 & 0x1ff),
            static_cast<std::uint8_t>(packed >> 21 & 7), static_cast<std::uint8_t>(packed >> 24 & 31)};
  }
};

/// Finer than EventCode::gap between a tenth of a second and an hour, where people and machines differ.
std::uint8_t fine_gap(UnixMillis gap) noexcept;
/// The middle of such a bucket, seconds.
float gap_seconds(std::uint8_t bucket) noexcept;
/// Where two acts in this order are counted, < ActCode::kPairs. Never the same for all orders of the two.
std::uint16_t pair_of(const ActCode& before, const ActCode& act) noexcept;

/// All counters are of the last acts only: they are halved when there are kWindow of them.
struct ClientState {
  static constexpr std::uint32_t kWindow = 128;
  static constexpr std::size_t kNames = 22, kPairs = 20, kRecent = 8, kPooled = 16, kHours = 6;

  std::array<std::uint16_t, kHidden> hidden;  ///< 16-bit floats

  UnixMillis last_at;
  std::uint32_t events;  ///< since the client came, or last changed
  /// What it asks for: resource (12 bits), site (9), count (8, the topmost).
  std::array<std::uint32_t, kNames> names;
  std::array<std::uint32_t, kRecent> recent;  ///< ActCodes, newest first; 0: none
  std::array<std::uint16_t, kPairs> pairs;    ///< pair (12 bits), count (4, the topmost); newest first
  std::array<std::int8_t, kPooled> pooled;    ///< the network's state, folded and averaged; 127 is 1
  std::array<std::uint8_t, ActCode::kActions> actions;
  std::array<std::uint8_t, ActCode::kGaps> gaps;
  std::array<std::uint8_t, kHours> hours;  ///< of four hours each, the first begins at 22 UTC
  std::array<std::uint8_t, kTopics> topics;
  std::uint8_t addresses, failed, repeats,
      fresh;            ///< acts: that ask for an address, that failed, of a recent resource, of one not known yet
  std::uint8_t dwell;   ///< EventCode::dwell of late, averaged
  std::uint8_t device;  ///< that was told last
  std::uint8_t persona, generation, structure;  ///< who it is, and to which state of the clusters that refers
  std::uint8_t flags;
  std::uint16_t slot;       ///< where its sample was put last
  std::uint16_t cusum;      ///< of what does not fit the persona; 256 is one nat
  std::uint16_t net_cusum;  ///< of what surprises the network more than usual
  std::uint16_t surprise;   ///< the network's, of late; 256 is one nat
  std::uint16_t mark_at;    ///< minute of the assignment that is judged later
  std::uint8_t mark;        ///< its margin's bucket, plus one; 0: none
  std::uint8_t suspects;    ///< acts since the suspicion arose
  std::uint8_t probation;   ///< acts until an alarm is taken as true
  std::uint8_t left;        ///< persona before the alarm
  std::array<std::uint8_t, 4> spare;

  /// Acts within the window.
  std::uint32_t acts() const noexcept;
};
static_assert(sizeof(ClientState) == ClientProfile::kOctets);

ClientState& state_of(ClientProfile& profile) noexcept;
const ClientState& state_of(const ClientProfile& profile) noexcept;

/// An act as it is counted; its gap is to the state's last one.
ActCode code_of(const ClientState& state, const BehaviourEvent& event, const EventCode& code) noexcept;
/// Counts an act in and takes it for the last one. `act` from code_of.
void note(ClientState& state, const BehaviourEvent& event, const EventCode& code, const ActCode& act,
          Topic topic) noexcept;
/// Forgets how the client behaved but for its last `keep` acts (at most kRecent), which are counted in again.
void forget(ClientState& state, std::size_t keep) noexcept;

}  // namespace harbinger::persona
