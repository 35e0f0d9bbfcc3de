// What is asked for if something is: field by field, each given those before it; and the likeliest whole needs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "orchestrate/context_mixer.h"
#include "orchestrate/need_user.h"
#include "orchestrate/word_numbers.h"

namespace harbinger::orchestrate {

/// One mixer for each field. One thread.
class NeedForecast {
 public:
  static constexpr Symbol kMostWords = 255;  ///< of a field

  struct Candidate {
    Need need{};
    float probability = 0;  ///< given that something is asked for
  };

  NeedForecast();

  /// At most `most`, likeliest first. Words that were never asked for are none of them, so their sum may be less than 1.
  std::vector<Candidate> candidates(const NeedSituation& situation, std::size_t most);
  /// Each field's words, likeliest first within a field.
  std::vector<LikelyWord> words(std::span<const Candidate> candidates) const;
  /// Of one need, whole.
  float of(const NeedSituation& situation, const Need& need);
  /// By how much each input speaks for the fields of this need, together.
  std::vector<float> speaks(const NeedSituation& situation, const Need& need);
  void learn(const NeedSituation& situation, const Need& need);

  std::vector<std::uint8_t> save() const;
  Result<void> load(std::span<const std::uint8_t> octets);

 private:
  struct Field {
    WordNumbers words;
    ContextMixer mixer;
    bool decided() const { return words.size() == 1; }  // there was ever but one word
  };
  struct Branch {
    Need need{};
    float probability = 1;
    std::uint64_t before = 1;
  };
  const ContextMixer::Forecast& predict(const NeedSituation& situation, std::size_t field, std::uint64_t before);
  void grow(const NeedSituation& situation, std::size_t field, const Branch& branch, std::vector<Branch>& to);

  std::vector<Field> fields_;
  ContextMixer::Forecast forecast_{};
};

}  // namespace harbinger::orchestrate
