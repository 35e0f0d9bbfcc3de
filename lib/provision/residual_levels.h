// How far above the forecast one has to be, to be passed as seldom as wanted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace harbinger::provision {

/// Empirical quantiles of what arrives in a window, given what is expected. Four rulers measure how far counts are from the forecast: its root, itself, nothing but the
/// mean of all (so a level is a constant number), and the root times how far off it was of late, for bursts. Each keeps what it measured as a histogram that fades; at each
/// level a ruler weighs the more the less it cost there: idle instances, and those who found none at the rate at which the level trades them for one another.
class ResidualLevels {
 public:
  static constexpr std::size_t kLevels = 18, kRulers = 4;
  /// How often a level may be passed.
  static constexpr std::array<float, kLevels> kTails{0.5F,   0.35F,  0.22F,   0.14F,   0.09F,    0.06F,
                                                     0.04F,  0.025F, 0.016F,  0.01F,   0.006F,   0.0035F,
                                                     0.002F, 0.001F, 0.0005F, 0.0002F, 0.00007F, 0.00002F};
  using Levels = std::array<float, kLevels>;

  /// Where each ruler stood when something was said.
  struct Stand {
    std::array<float, kRulers> from{}, unit{};
  };

  ResidualLevels();

  Stand stand(float expected) const;
  /// So many in the window are passed as seldom as each level says.
  Levels at(const Stand& stand) const;
  /// What was said of comes to `count`, of which `last` are of the last tick: those whom the level was for.
  void learn(const Stand& stand, float count, float last);
  float weight(std::size_t ruler, std::size_t level) const { return weights_[level][ruler]; }

  template <class Archive>
  void state(Archive& archive) {
    for (auto& ruler : rulers_) archive(ruler.bins), archive(ruler.all), archive(ruler.usual), archive(ruler.quantiles);
    archive(idle_), archive(missed_), archive(weights_), archive(mean_), archive(far_), archive(near_), archive(gain_),
        archive(count_);
  }

 private:
  static constexpr std::size_t kBins = 80;
  struct Ruler {
    std::array<float, kBins> bins{};
    float all = 0;    // of the bins
    float usual = 1;  // distance, which is the unit of the bins
    Levels quantiles{};
  };
  void refresh(std::size_t ruler);
  void judge(const Stand& stand, float before, float last);
  float price(std::size_t level) const;
  void weigh();
  void rescale(float by);

  std::array<Ruler, kRulers> rulers_{};
  std::array<std::array<float, kRulers>, kLevels> weights_{};
  std::array<std::array<float, kRulers + 1>, kLevels> idle_{}, missed_{};  // the last column: all rulers together
  float mean_ = 0;                                                         // of the counts of all windows
  float far_ = 1, near_ = 1;                                               // distances by the root: long, and of late
  float gain_ = 1;                                                         // of the newest
  float count_ = 0;
};

}  // namespace harbinger::provision
