// What clients did of late, as the network is trained on it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/access.h>
#include "persona/network.h"

namespace harbinger::persona {

/// Follows some thousand clients at a time and keeps their acts in sequences of 64. A tenth of the clients, told by a hash of the key, is held out: what they
/// do is for judging only. One thread.
class TrainingWindows {
 public:
  static constexpr std::size_t kLength = 64, kShortest = 8;
  static constexpr std::size_t kFollowed = 4096, kTrained = 4096, kHeldOut = 512;

  struct Sequence {
    std::array<EventCode, kLength> acts{};
    std::uint32_t length = 0;
    Network::Sequence view() const { return std::span(acts).first(length); }
  };

  static bool held_out(ClientKey client) noexcept;
  /// Whether the client is among those that are followed. A place gets free when its sequence is whole, or its client was idle for five minutes.
  bool note(ClientKey client, const EventCode& code, std::uint32_t now_s);

  const std::vector<Sequence>& trained() const noexcept { return trained_; }
  const std::vector<Sequence>& held_out() const noexcept { return held_out_; }
  /// Sequences to train on that there were so far, those included that newer ones have replaced.
  std::uint64_t so_far() const noexcept { return so_far_; }

 private:
  struct Place {
    ClientKey client = 0;
    std::uint32_t last_s = 0;
    std::uint32_t sequence = 0;  // index into open_
  };
  void keep(Place& place);

  std::vector<Place> places_;
  std::vector<Sequence> open_;
  std::vector<Sequence> trained_, held_out_;  // the latest, in rings
  std::uint64_t so_far_ = 0, held_out_so_far_ = 0;
};

}  // namespace harbinger::persona
