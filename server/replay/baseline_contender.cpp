#include <algorithm>
#include <array>

#include "server/replay/contender.h"

namespace harbinger::replay {

namespace {

class BaselineContender final : public Contender {
 public:
  BaselineContender(std::string name, std::unique_ptr<Baseline> baseline)
      : name_(std::move(name)), baseline_(std::move(baseline)) {}

  std::vector<std::string> names() const override { return {name_}; }
  void learn(const Visit& visit) override { baseline_->learn(client(visit), visit.resource + 1ULL, visit.at); }
  void follow(const Visit& visit) override { baseline_->follow(client(visit), visit.resource + 1ULL, visit.at); }

  std::size_t predict(std::size_t, const Visit& latest, std::uint32_t, std::span<Candidate> out) override {
    std::array<BaselineGuess, 64> guesses;
    const auto count =
        baseline_->predict(client(latest), std::span(guesses).first(std::min(out.size(), guesses.size())));
    for (std::size_t i = 0; i < count; ++i)
      out[i] = {static_cast<std::uint32_t>(guesses[i].resource - 1), guesses[i].probability, guesses[i].probability};
    return count;
  }

 private:
  static ClientKey client(const Visit& visit) { return visit.client + 1ULL; }

  std::string name_;
  std::unique_ptr<Baseline> baseline_;
};

}  // namespace

std::unique_ptr<Contender> make_baseline_contender(std::string name, std::unique_ptr<Baseline> baseline) {
  return std::make_unique<BaselineContender>(std::move(name), std::move(baseline));
}

}  // namespace harbinger::replay
