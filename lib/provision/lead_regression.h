// What each simple forecast and each lead's past has to do with what arrives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace harbinger::provision {

/// Least squares without negative weights, over what was of late: moments that fade, and weights that go down the gradient one at a time (Lawson and Hanson 1974;
/// Breiman's stacking 1996 for forecasts). The first `forecasts` terms begin with equal weights; the others, the leads, with none, and get one only where it
/// is beyond chance: each pays for being there (Tibshirani's lasso 1996). Errors count less where much is expected, as counts vary more there.
class LeadRegression {
 public:
  /// `overlap`: so many neighbouring targets share what they count. `memory` in observations.
  LeadRegression(std::size_t forecasts, std::size_t leads, double overlap, double memory);

  /// `x` came before `y`, which was expected to be `expected`. A part of the weights moves.
  void learn(std::span<const float> x, float y, float expected);
  float predict(std::span<const float> x) const;

  std::size_t terms() const { return weights_.size(); }
  float weight(std::size_t term) const { return weights_[term]; }
  /// Of a forecast, to begin with.
  void set_prior(std::size_t term, float weight);

  template <class Archive>
  void state(Archive& archive) {
    archive(moments_), archive(targets_), archive(weights_), archive(count_), archive(noise_);
    archive(gain_), archive(at_), archive(active_);
    if (active_ > weights_.size()) active_ = static_cast<std::uint32_t>(weights_.size());
  }

 private:
  void move(std::size_t term);
  void rescale(float by);

  std::size_t forecasts_;
  float overlap_, keep_;
  float gain_ = 1;              // of the newest observation; grows, so that older ones fade beside it
  std::vector<float> moments_;  // of each pair of terms, in rows
  std::vector<float> targets_;  // of each term with y
  std::vector<float> weights_, priors_;
  float count_ = 0, noise_ = 1;  // observations; mean square of the error
  std::uint32_t at_ = 0;         // the next weight to move
  std::uint32_t active_ = 0;     // no term from here on was ever above 0
};

}  // namespace harbinger::provision
