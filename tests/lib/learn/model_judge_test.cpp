#include <catch2/catch.hpp>

#include <string>

#include "learn/model_judge.h"

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

constexpr MonotonicTime kStart{1'000'000'000};

// A model that always has the same first guess.
struct Stubborn final : SequenceModel {
  explicit Stubborn(std::string guess) : guess_(std::move(guess)) {}
  void learn(const Access&) override {}
  void learn_all(std::span<const Access>) override {}
  void judge_every(std::uint32_t) override {}
  std::size_t predict(ClientKey, UnixMillis, std::span<Guess> out) override {
    out[0] = {1, 1, 1, 0};
    return 1;
  }
  std::size_t predict_after(std::span<const std::string_view>, PersonaId, UnixMillis, std::span<Guess>) override {
    return 0;
  }
  bool suggest(std::string_view, PersonaId, std::span<const std::pair<std::string, float>>) override { return false; }
  std::string_view text(ResourceId) const override { return guess_; }
  std::uint32_t size_bytes(ResourceId) const override { return 0; }
  const ServedTable& served() const override { throw std::logic_error("nobody asks for it"); }
  Explanation explain(ClientKey, UnixMillis, std::string_view) override { return {}; }
  Size size() const override { return {}; }
  Result<void> save(const std::filesystem::path&) const override { return {}; }
  Result<void> load(const std::filesystem::path&) override { return {}; }
  std::string guess_;
};

// Clients go from a to b, one a second.
MonotonicTime run(ModelJudge& judge, SequenceModel& model, int times, MonotonicTime now) {
  for (int i = 0; i < times; ++i) {
    for (const auto* resource : {"a", "b"}) {
      const auto hash = resource_hash(resource);
      judge.score(1, hash, now);
      judge.guess(1, hash, now, now.ns / 1'000'000, model, true);
      now = now + 1s;
    }
    now = now + 1h;  // each visit is a session
  }
  return now;
}

}  // namespace

TEST_CASE("a model that is worse than a Markov chain is told so") {
  ModelJudge judge;
  Stubborn model("z");
  auto now = kStart;
  for (int i = 0; i < 600; ++i) {
    for (const auto* resource : {"a", "b"}) {
      judge.score(1, resource_hash(resource), now);
      judge.guess(1, resource_hash(resource), now, now.ns / 1'000'000, model, true);
    }
    now = now + 1s;
  }
  const auto rates = judge.rates(now);
  CHECK(rates.steps > 1000);
  CHECK(rates.model() == 0);
  CHECK(rates.markov() > 0.9);
  CHECK(rates.below_markov());
}

TEST_CASE("a few steps are no judgement") {
  ModelJudge judge;
  Stubborn model("z");
  const auto now = run(judge, model, 10, kStart);
  CHECK(judge.rates(now).steps <= 10);
  CHECK_FALSE(judge.rates(now).below_markov());
}

TEST_CASE("only the last hour counts, and only steps within a session") {
  ModelJudge judge;
  Stubborn model("b");
  const auto now = run(judge, model, 50, kStart);
  const auto rates = judge.rates(now - 1h);
  CHECK(rates.steps == 1);
  CHECK(rates.model_hits == 1);
  CHECK(judge.rates(now + 2h).steps == 0);
}
