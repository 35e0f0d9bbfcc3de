#include "persona/training_windows.h"

namespace harbinger::persona {

namespace {

constexpr std::uint32_t kIdle_s = 300;

std::uint64_t mix(ClientKey client) noexcept {
  const auto mixed = client * 0x9e3779b97f4a7c15;
  return (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9;
}

template <class Ring>
void put(Ring& ring, std::size_t most, std::uint64_t number, const typename Ring::value_type& value) {
  if (ring.size() < most)
    ring.push_back(value);
  else
    ring[number % most] = value;
}

}  // namespace

bool TrainingWindows::held_out(ClientKey client) noexcept { return (mix(client) >> 40) % 10 == 0; }

void TrainingWindows::keep(Place& place) {
  auto& sequence = open_[place.sequence];
  if (sequence.length >= kShortest) {
    if (held_out(place.client))
      put(held_out_, kHeldOut, held_out_so_far_++, sequence);
    else
      put(trained_, kTrained, so_far_++, sequence);
  }
  sequence.length = 0;
  place.client = 0;
}

bool TrainingWindows::note(ClientKey client, const EventCode& code, std::uint32_t now_s) {
  if (places_.empty()) places_.resize(kFollowed);
  auto& place = places_[mix(client) >> 52];
  static_assert(kFollowed == 1 << 12);
  if (place.client != client) {
    if (place.client != 0 && now_s - place.last_s < kIdle_s) return false;
    if (place.client != 0) keep(place);
    if (place.last_s == 0) {  // its first client: memory grows with use
      place.sequence = static_cast<std::uint32_t>(open_.size());
      open_.emplace_back();
    }
    place.client = client;
  }
  place.last_s = now_s;
  auto& sequence = open_[place.sequence];
  sequence.acts[sequence.length++] = code;
  if (sequence.length == kLength) keep(place);
  return true;
}

}  // namespace harbinger::persona
