// One block of acts, ordered so that the network can take many clients a step further at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "persona/act_queue.h"
#include "persona/client_store.h"

namespace harbinger::persona {

/// Splits a block into waves: the first act of every client, then the second of those that have one, and so on. One thread.
class Waves {
 public:
  struct Place {
    std::uint32_t act = 0;   ///< in the block
    std::uint32_t slot = 0;  ///< its client, in the store
  };

  /// Finds the acts' clients and makes those that are new, whose slots go to `fresh`. Acts beyond `most_of_one` of a client, and of a client that no room
  /// is found for, are marked as shed in the block.
  void split(ActBlock& block, ClientStore& store, std::uint32_t now_s, std::size_t most_of_one);

  std::size_t count() const noexcept { return begins_.empty() ? 0 : begins_.size() - 1; }
  std::span<const Place> wave(std::size_t number) const noexcept {
    return std::span(places_).subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }
  /// The block that was split last, as its clients' `batch`. Not 0.
  std::uint32_t batch() const noexcept { return batch_; }
  std::span<const std::uint32_t> fresh() const noexcept { return fresh_; }

 private:
  void find_clients(ActBlock& block, ClientStore& store, std::uint32_t now_s, std::size_t most_of_one);
  std::uint32_t client_of(const BehaviourEvent& act, ClientStore& store, std::uint32_t now_s);
  void sort();

  struct Found {
    Place place;
    std::uint32_t wave;
  };
  std::uint32_t batch_ = 0;
  std::vector<Found> found_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> begins_, fresh_;
};

}  // namespace harbinger::persona
