#include "provision/lead_history.h"

#include <algorithm>
#include <cmath>

namespace harbinger::provision {

namespace {

constexpr std::array<double, 10> kEdgesS{1, 2, 4, 7, 12, 20, 32, 50, 80, 120};
constexpr std::uint32_t kLongest = 220;  // and a window of up to 33 before that

}  // namespace

LeadHistory::LeadHistory(const SizerTiming& timing) {
  for (const double seconds : kEdgesS) {
    const auto ticks = static_cast<std::uint32_t>(std::min<double>(kLongest, std::round(seconds / timing.tick_s())));
    // However long a tick is, what came in the last one and in the one before are told apart.
    const auto least = bins_ < 2 ? edges_[bins_] + 1 : 0;
    if (std::max(ticks, least) > edges_[bins_]) {
      edges_[bins_ + 1] = std::max(ticks, least);
      ++bins_;
    }
  }
}

void LeadHistory::make_present(std::size_t lead) {
  if (rings_[lead] == nullptr) rings_[lead] = std::make_unique<Ring>();
}

void LeadHistory::add(std::size_t lead, double count) {
  make_present(lead);
  present_[lead] += count;
}

void LeadHistory::end_tick() {
  constexpr double kFew = 1e12;
  const auto before = now_;
  now_ = (now_ + 1) % kRing;
  for (std::size_t i = 0; i < kLeads; ++i) {
    if (rings_[i] == nullptr) continue;
    auto& ring = *rings_[i];
    ring[now_] = ring[before] + std::exchange(present_[i], 0.0);
    if (ring[now_] < kFew) continue;
    const double all = ring[now_];
    for (auto& each : ring) each -= all;  // only differences matter, and these stay exact
  }
}

void LeadHistory::clear() {
  present_ = {};
  for (auto& ring : rings_)
    if (ring != nullptr) ring->fill(0);
}

void LeadHistory::sums(std::size_t ago, std::span<float> out) const {
  for (std::size_t lead = 0; lead < kLeads; ++lead)
    for (std::size_t bin = 0; bin < bins_; ++bin)
      out[lead * bins_ + bin] = rings_[lead] == nullptr
                                    ? 0.0F
                                    : static_cast<float>(until(*rings_[lead], ago + edges_[bin]) -
                                                         until(*rings_[lead], ago + edges_[bin + 1]));
}

}  // namespace harbinger::provision
