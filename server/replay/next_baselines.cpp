#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/replay/next_guesser.h"

namespace harbinger::replay {

namespace {

// How often each word came in one place.
class Counts {
 public:
  void add(std::uint32_t word) {
    ++all_;
    const auto known = std::ranges::find(words_, word, &std::pair<std::uint32_t, double>::first);
    if (known != words_.end()) {
      known->second += 1;
      return;
    }
    words_.emplace_back(word, 1);
  }
  // Adds `left` of probability, but for what is kept for words that never came here; returns that.
  double spread(double left, std::span<float> probabilities) const {
    const auto different = static_cast<double>(words_.size());
    const double each = left / (all_ + different);
    if (words_.empty()) return left;
    for (const auto& [word, count] : words_) probabilities[word] += static_cast<float>(each * count);
    return each * different;
  }

 private:
  double all_ = 0;
  std::vector<std::pair<std::uint32_t, double>> words_;
};

// The last words of a stream, newest first, as they are before a step.
struct Recent {
  std::uint32_t words[2] = {};
  std::size_t size = 0;

  void push(std::uint32_t word) {
    words[1] = std::exchange(words[0], word);
    size = std::min<std::size_t>(size + 1, 2);
  }
};

class PartialMatch final : public NextGuesser {
 public:
  PartialMatch(const NextFeed& feed, std::size_t order) : order_(order), recent_(feed.streams.size()) {}

  void guess(const NextCue& cue, std::span<float> probabilities) override {
    std::ranges::fill(probabilities, 0.0F);
    double left = 1;
    const auto& recent = recent_[cue.stream];
    for (std::size_t order = std::min(order_, recent.size); order > 0; --order)
      if (const auto found = places_.find(key(recent, order)); found != places_.end())
        left = found->second.spread(left, probabilities);
    left = all_.spread(left, probabilities);
    for (auto& each : probabilities) each += static_cast<float>(left / static_cast<double>(probabilities.size()));
  }

  void learn(const NextStep& step) override {
    auto& recent = recent_[step.cue.stream];
    if (step.begins) recent = {};
    for (std::size_t order = std::min(order_, recent.size); order > 0; --order)
      places_[key(recent, order)].add(step.word);
    all_.add(step.word);
    recent.push(step.word);
  }

 private:
  // Numbers of words are below 2^31 by far.
  static std::uint64_t key(const Recent& recent, std::size_t order) {
    return order == 1 ? recent.words[0] : (recent.words[1] + 1ULL) << 32 | recent.words[0];
  }

  const std::size_t order_;
  std::vector<Recent> recent_;
  std::unordered_map<std::uint64_t, Counts> places_;
  Counts all_;
};

class LastWord final : public NextGuesser {
 public:
  explicit LastWord(const NextFeed& feed) : recent_(feed.streams.size()) {}

  void guess(const NextCue& cue, std::span<float> probabilities) override {
    std::ranges::fill(probabilities, 0.0F);
    const double left = all_.spread(1, probabilities);
    for (auto& each : probabilities) each += static_cast<float>(left / static_cast<double>(probabilities.size()));
    const auto& recent = recent_[cue.stream];
    if (recent.size == 0) return;
    const auto last = recent.words[0];
    const float other = 1 - probabilities[last], stays = static_cast<float>(stayed_ / moved_);
    if (other <= 0) return;
    for (auto& each : probabilities) each *= (1 - stays) / other;
    probabilities[last] = stays;
  }

  void learn(const NextStep& step) override {
    auto& recent = recent_[step.cue.stream];
    if (step.begins) recent = {};
    if (recent.size > 0) stayed_ += recent.words[0] == step.word ? 1 : 0, moved_ += 1;
    all_.add(step.word);
    recent.push(step.word);
  }

 private:
  std::vector<Recent> recent_;
  Counts all_;
  double stayed_ = 0.5, moved_ = 1;  // as if half of one step had stayed
};

}  // namespace

NextFamily partial_match(std::string name, std::size_t order) {
  return {std::move(name), [order](const NextFeed& feed) { return std::make_unique<PartialMatch>(feed, order); }};
}

NextFamily last_word() {
  return {"last", [](const NextFeed& feed) { return std::make_unique<LastWord>(feed); }};
}

}  // namespace harbinger::replay
