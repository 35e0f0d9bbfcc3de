// Which acts tell what will be asked for, although others come between them and the asking.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace harbinger::orchestrate {

/// The acts of a user since he last asked, newest first, as places of TellingActs; 0: none.
using ActTrail = std::array<std::uint16_t, 16>;

/// For each kind of act, what users asked for next who had done it. An act tells the more, the further that is from what is asked for altogether: the
/// Kullback-Leibler divergence, in nats, of counts that are blended with those of all as if there had been so many more. Kinds of acts, and needs, share
/// places by chance where there are many. A fixed 280 KB; deterministic; one thread.
class TellingActs {
 public:
  static constexpr std::size_t kPlaces = 1024, kNeeds = 64;

  /// From 1 on.
  static std::uint16_t place_of(std::uint64_t act) noexcept {
    return static_cast<std::uint16_t>(1 + (act ^ act >> 32) % (kPlaces - 1));
  }

  /// A user asked for a need (any hash of it) after these acts.
  void learn(const ActTrail& trail, std::uint64_t need);
  /// Where in the trail the act is that tells most, the newest of its kind; its length when none tells anything.
  std::size_t most_telling(const ActTrail& trail) const noexcept;

  template <class Archive>
  void state(Archive& archive) {
    archive(all_.all), archive(all_.needs);
    for (auto& act : acts_) {
      archive(act.all);
      if (act.all > 0) archive(act.needs);
    }
  }
  /// After `state` has read: whether that can be, and then it goes on from there.
  bool restored() noexcept;

 private:
  struct Act {
    float all = 0, tells = 0;
    std::array<float, kNeeds> needs{};

    void add(std::size_t need) noexcept;
    bool sane() const noexcept;
  };
  float divergence(const Act& act) const noexcept;

  Act all_{};
  std::vector<Act> acts_ = std::vector<Act>(kPlaces);
};

}  // namespace harbinger::orchestrate
