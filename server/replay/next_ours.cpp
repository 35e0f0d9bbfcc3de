// Ours: the mixer of contexts that needs are foretold with.
#include <bit>

#include "orchestrate/context_mixer.h"
#include "server/replay/next_contexts.h"
#include "server/replay/next_guesser.h"

namespace harbinger::replay {

namespace {

using orchestrate::ContextMixer;

class Ours final : public NextGuesser {
 public:
  explicit Ours(const NextFeed& feed) : contexts_(make_next_contexts(feed)), mixer_(settings_for(feed, *contexts_)) {}

  void guess(const NextCue& cue, std::span<float> probabilities) override {
    predict(cue);
    for (std::uint32_t word = 0; word < probabilities.size(); ++word) probabilities[word] = forecast_.of(word + 1);
    // What is kept for none of the words belongs to all of them.
    float sum = 0;
    for (const float each : probabilities) sum += each;
    if (sum > 0)
      for (auto& each : probabilities) each /= sum;
  }

  void learn(const NextStep& step) override {
    if (!predicted_) predict(step.cue);
    predicted_ = false;
    mixer_.learn(forecast_, step.word + 1);
    contexts_->learn(step);
  }

 private:
  static ContextMixer::Settings settings_for(const NextFeed& feed, const NextContexts& contexts) {
    ContextMixer::Settings settings{.inputs = contexts.inputs(), .chain = contexts.chain(), .contexts = 1 << 16};
    settings.symbols = feed.words.size() + 1;
    settings.sets = contexts.sets();
    settings.calibrated = true;
    return settings;
  }

  void predict(const NextCue& cue) {
    contexts_->find(cue, found_, selectors_);
    mixer_.predict(found_, selectors_, forecast_);
    predicted_ = true;
  }

  std::unique_ptr<NextContexts> contexts_;
  ContextMixer mixer_;
  ContextMixer::Forecast forecast_;
  std::vector<std::uint64_t> found_;
  std::vector<std::uint32_t> selectors_;
  bool predicted_ = false;
};

}  // namespace

std::vector<NextFamily> next_families(bool distinct) {
  std::vector<NextFamily> families{partial_match("popularity", 0)};
  if (!distinct) families.push_back(last_word());
  families.push_back(partial_match("markov1", 1));
  families.push_back(partial_match("ppm2_online", 2));
  families.push_back({"harbinger", [](const NextFeed& feed) { return std::make_unique<Ours>(feed); }});
  return families;
}

}  // namespace harbinger::replay
