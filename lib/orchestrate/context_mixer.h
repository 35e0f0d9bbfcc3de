// What comes next out of few things: what followed many contexts, weighed by how well each told it of late.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/result.h>
#include "learn/sequence/calibration.h"
#include "orchestrate/context_counts.h"

namespace harbinger::orchestrate {

/// Learns online to foretell symbols. Each input is a context (a hash of whatever was known before) that remembers what followed it. What a context
/// says of a symbol is looked up from how often that came true for symbols in the same state (how often the context was met, the symbol's share,
/// whether it came last); log odds of all inputs are added, with weights that are learnt by gradient descent, as in compressors of the PAQ family
/// (Mahoney, "Adaptive weighing of context models for lossless data compression", 2005), here over many symbols at once. One more input is the
/// first contexts blended as in prediction by partial match. Deterministic; its memory is bounded by its settings. One thread.
class ContextMixer {
 public:
  struct Settings {
    std::size_t inputs = 8;             ///< contexts of each prediction; always so many
    std::size_t chain = 3;              ///< the first so many are ever longer contexts of one another
    std::size_t contexts = 16'384;      ///< that are remembered, of all inputs; 140 octets each
    Symbol symbols = 1'024;             ///< symbols are below that, at most 65,536; others are learnt as kOtherSymbol
    std::size_t candidates = 128;       ///< symbols that are weighed at a time; those of later inputs come first
    std::vector<std::uint32_t> sets{};  ///< sets of weights besides the common ones: how many values each selector has
    float memory = 250;                 ///< so many times are remembered of a context
    float base_memory = 2'000;          ///< and of how popular each symbol is
    bool calibrated = true;  ///< what is stated of the likeliest symbol is corrected by how often it came true
  };
  struct Guess {
    Symbol symbol = kOtherSymbol;
    float probability = 0;
  };
  /// What a prediction was made of; kept by the caller, for its memory.
  struct Forecast {
    std::vector<Guess>
        guesses{};  ///< likeliest first; their sum is 1, with kOtherSymbol for all that are not among them
    /// Of a symbol; those that are not among the guesses share what kOtherSymbol has.
    float of(Symbol symbol) const noexcept;

    // The mixer's own.
    std::vector<std::uint64_t> contexts{};
    std::vector<std::uint32_t> selectors{};
    std::vector<const ContextCounts*> found{};
    std::vector<Symbol> symbols{};
    std::vector<float> stated{};          // by symbols; before correction
    std::vector<float> said{};            // [input, the chain first][symbol]
    std::vector<std::uint16_t> grades{};  // of each input
    float unlisted = 1;                   // so many symbols share kOtherSymbol
  };

  explicit ContextMixer(const Settings& settings);

  /// `contexts` are Settings::inputs hashes, 0 for one that does not apply; `selectors` are as many as Settings::sets, each below its number of values.
  void predict(std::span<const std::uint64_t> contexts, std::span<const std::uint32_t> selectors,
               Forecast& forecast) const;
  /// `came` after what `forecast` was made from; nothing else is learnt between the two.
  void learn(const Forecast& forecast, Symbol came);
  /// The same for things that turned out together, such as all that waited for one event: none of them is judged by what another taught. As many of both.
  void learn(std::span<const Forecast> forecasts, std::span<const Symbol> came);
  /// Those symbols mean nothing any more; their numbers may be given to others. Looks at everything: rarely.
  void drop(std::span<const Symbol> gone);

  /// By how much each input speaks for `symbol` (above 0) rather than for others, in natural log odds; the last one is the chain.
  std::vector<float> speaks(const Forecast& forecast, Symbol symbol) const;
  std::uint64_t learnt() const noexcept { return learnt_; }
  std::size_t octets() const noexcept;

  std::vector<std::uint8_t> save() const;
  /// `malformed`, and nothing is changed, when the octets are not those of a mixer with these settings.
  Result<void> load(std::span<const std::uint8_t> octets);

 private:
  static constexpr std::size_t kGrades = 24;  // of how sure a context is
  static constexpr std::size_t kMet = 8, kShares = 10, kLasts = 4, kStates = kMet * kShares * kLasts;
  static constexpr std::uint16_t kSilent = UINT16_MAX;

  static std::size_t state_of(const ContextCounts& counts, std::size_t i) noexcept;
  std::size_t rows() const noexcept { return settings_.inputs + 1; }
  float base(Symbol symbol) const noexcept;
  float came_true(std::size_t input, std::size_t state, float share) const noexcept;
  void list(Forecast& forecast) const;
  void hear_chain(Forecast& forecast) const;
  void hear_input(Forecast& forecast, std::size_t input) const;
  void mix(Forecast& forecast) const;
  void state_guesses(Forecast& forecast) const;
  void correct(std::vector<Guess>& guesses) const;
  template <class Visit>
  void each_weight(const Forecast& forecast, std::size_t row, Visit visit) const;
  float weight(const Forecast& forecast, std::size_t row) const;

  void learn_weights(const Forecast& forecast, std::size_t came);
  void learn_shared(std::array<float, 2> pulls);
  void learn_odds(const Forecast& forecast, Symbol came);
  void learn_counts(const Forecast& forecast, Symbol came);
  Symbol known(Symbol symbol) const noexcept { return symbol < popular_.size() ? symbol : kOtherSymbol; }
  void learn_base(Symbol came);

  std::uint64_t shape() const;
  bool settle();
  template <class Archive>
  void state(Archive& archive);

  Settings settings_;
  ContextTable table_;
  std::vector<float> popular_;  // how often each symbol came; fading
  float popular_total_ = 0;
  std::vector<Symbol> ranks_;  // symbols that ever came, the most popular first
  std::vector<std::uint32_t> rank_of_;
  std::vector<std::array<float, 2>> odds_;  // [all together, then each input][state]: tries and hits
  std::vector<float> weights_;              // [grades of the common set, then values of the others][row]
  std::array<float, 2> shared_{},
      usual_pull_{};  // of the chain and of all inputs: a weight that is learnt fast, and its usual gradient
  sequence::Calibration calibration_;
  std::uint64_t learnt_ = 0;

  mutable std::vector<std::uint16_t> place_;  // scratch: where a symbol is among the candidates, plus one
};

}  // namespace harbinger::orchestrate
