// Whether a client still behaves as its persona does: surprise beyond the usual, added up until chance explains it no more.
#pragma once

#include <array>
#include <cstdint>

#include "persona/client_state.h"
#include "persona/mixture.h"

namespace harbinger::persona {

/// Two sums after Page (CUSUM, Biometrika 1954), each of how much more surprising than usual acts are: to the client's own persona, and to the network. A sum
/// over its limit is a suspicion, which the caller confirms or drops. One thread at a time.
class Suspicion {
 public:
  /// An act of a client of `state.persona`, not counted in yet; `network`: the network's surprise of it, nats. True when the suspicion is due.
  bool hear(ClientState& state, const ActCode& act, float network, const Mixture& mixture);
  /// The client is cleared, or somebody else from now on.
  static void drop(ClientState& state) noexcept;

  /// Nats per act; of the persona usually, and where suspicion begins.
  float usual(std::uint8_t persona) const { return own_[persona].mean; }
  float alarm_at(std::uint8_t persona) const;
  /// How much the client's acts surprised its persona of late, nats per act.
  static float of_late(const ClientState& state) noexcept;
  /// 0..1: how little there is to suspect.
  static float steadiness(const ClientState& state) noexcept;

  /// What is usual, as plain numbers: for a checkpoint.
  static constexpr std::size_t kNumbers = 2 * 3 * Mixture::kMost;
  void write(std::array<float, kNumbers>& to) const;
  void read(const std::array<float, kNumbers>& from);

 private:
  // Mean and variance of a persona's surprise, which follow it over some thousand acts.
  struct Usual {
    float mean = 0, variance = 1, seen = 0;
    /// In standard deviations, before it is taken in.
    float judge(float surprise);
  };
  std::array<Usual, Mixture::kMost> own_{}, network_{};
};

/// -ln of how much likelier an act is with `cluster` than with anybody: nats, negative for what is typical. Pure.
float surprise_of(const Mixture& mixture, std::uint8_t cluster, const ClientState& state, const ActCode& act);

}  // namespace harbinger::persona
