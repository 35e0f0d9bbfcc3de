// An ARIMA model of three past counts, fitted as they come.
#pragma once

#include <array>
#include <cstddef>

namespace harbinger::provision {

/// ARIMA(3,d,0) with a constant, d = 0 or 1, by recursive least squares that forget (Box and Jenkins 1970; Plackett 1950). Counts are taken as multiples of their
/// own mean, so that it is the same for few and for many.
class SmallArima {
 public:
  explicit SmallArima(bool differences = false) : differences_(differences) {}
  void see(double count);
  /// Sum of the next counts, that many; not negative.
  double sum_of_next(std::size_t ticks) const;
  void rescale(double factor);

  template <class Archive>
  void state(Archive& archive) {
    archive(weights_), archive(spread_), archive(past_), archive(last_), archive(mean_), archive(seen_);
  }

 private:
  static constexpr std::size_t kPast = 3, kTerms = kPast + 1;
  using Terms = std::array<float, kTerms>;
  Terms terms() const { return {1, past_[0], past_[1], past_[2]}; }
  void learn(const Terms& x, float y);

  bool differences_;
  Terms weights_{};
  std::array<Terms, kTerms> spread_{};  // inverse of the weighted moments
  std::array<float, kPast> past_{};     // the newest first, over the mean
  float last_ = 0, mean_ = 0, seen_ = 0;
};

}  // namespace harbinger::provision
