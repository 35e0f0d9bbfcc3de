#include <array>
#include <mutex>
#include <string>
#include <unordered_map>

#include <harbinger/client_keys.h>
#include <harbinger/secret_file.h>
#include "base/calendar.h"
#include "edge/predictor.h"
#include "learn/baselines.h"

namespace harbinger::edge {

namespace {

constexpr std::size_t kMostTexts = 1'000'000, kMostGuesses = 16;

// Forgets nothing that it saw, as it is there to be compared with.
class MarkovPredictor final : public Predictor {
 public:
  MarkovPredictor(const PredictorSettings& settings, const Clock& clock, Listener listener)
      : clock_(clock),
        listener_(std::move(listener)),
        keys_(process_secret()),
        chain_(make_markov1({.contexts = settings.contexts,
                             .session_gap_ms = std::chrono::milliseconds(settings.session_gap).count()})) {}

  ClientKey key_of(const IpAddress& client) const override { return keys_.key_of(client, {}, calendar_ms(clock_)); }

  void accessed(const Access& access) override {
    if (access.client == 0 || access.outcome > Outcome::from_cache) return;
    const std::lock_guard lock(mutex_);
    const auto hash = resource_hash(access.resource);
    if (known_.size() < kMostTexts) {
      auto& known = known_[hash];
      if (known.text.empty()) known.text = access.resource;
      if (access.size_bytes != 0) known.bytes = access.size_bytes;
    }
    chain_->learn(access.client, hash, access.at);
    gather(access.client);
    if (!expected_.empty()) listener_(*this, access.client, access.resource, expected_);
  }

  std::vector<LikelyPage> likely(const IpAddress& client, std::string_view, std::size_t most) override {
    const std::lock_guard lock(mutex_);
    gather(key_of(client));
    std::vector<LikelyPage> pages;
    for (const auto& each : expected_)
      if (pages.size() < most) pages.push_back({std::string(each.resource), each.probability, each.bytes});
    return pages;
  }

  std::optional<Line> line(std::string_view) override { return std::nullopt; }
  void suggest(std::span<const Line>) override {}

 private:
  struct Known {
    std::string text;
    std::uint64_t bytes = 0;
  };

  void gather(ClientKey client) {
    std::array<BaselineGuess, kMostGuesses> guesses;
    const auto count = chain_->predict(client, guesses);
    expected_.clear();
    for (const auto& guess : std::span(guesses).first(count))
      if (const auto known = known_.find(guess.resource); guess.probability > 0 && known != known_.end())
        expected_.push_back({known->second.text, guess.probability, guess.probability, 0, known->second.bytes});
  }

  const Clock& clock_;
  const Listener listener_;
  const ClientKeys keys_;
  std::mutex mutex_;
  const std::unique_ptr<Baseline> chain_;
  std::unordered_map<std::uint64_t, Known> known_;
  std::vector<Expected> expected_;
};

}  // namespace

std::unique_ptr<Predictor> make_markov_predictor(const PredictorSettings& settings, const PredictorWorld& world,
                                                 Predictor::Listener listener) {
  return std::make_unique<MarkovPredictor>(settings, *world.clock, std::move(listener));
}

}  // namespace harbinger::edge
