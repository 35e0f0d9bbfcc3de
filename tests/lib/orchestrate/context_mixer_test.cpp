#include "orchestrate/context_mixer.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace harbinger;
using namespace harbinger::orchestrate;

namespace {

ContextMixer::Settings small_settings() {
  ContextMixer::Settings settings;
  settings.inputs = 3;
  settings.contexts = 1'024;
  settings.symbols = 32;
  settings.sets = {4};
  return settings;
}

// A stream whose symbols are told by its last one or two.
struct Stream {
  explicit Stream(const ContextMixer::Settings& settings) : mixer(settings) {}

  const ContextMixer::Forecast& predict() {
    const std::array contexts{context_of(1), context_of(last), context_of(last, before)};
    const std::array<std::uint32_t, 1> sets{last % 4};
    mixer.predict(contexts, sets, forecast);
    return forecast;
  }
  void learn(Symbol came) {
    predict();
    mixer.learn(forecast, came);
    before = last, last = came;
  }
  ContextMixer mixer;
  ContextMixer::Forecast forecast{};
  Symbol last = 0, before = 0;
};

float sum_of(const ContextMixer::Forecast& forecast) {
  float sum = 0;
  for (const auto& guess : forecast.guesses) sum += guess.probability;
  return sum;
}

}  // namespace

TEST_CASE("a mixer states a distribution, also before it learnt anything") {
  Stream stream(small_settings());
  CHECK(sum_of(stream.predict()) == Approx(1));
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    stream.learn(1 + random() % 31);
    const auto& forecast = stream.predict();
    REQUIRE(sum_of(forecast) == Approx(1).margin(1e-4));
    REQUIRE(std::ranges::is_sorted(forecast.guesses, std::greater{}, &ContextMixer::Guess::probability));
    REQUIRE(forecast.guesses.back().probability >= 0);
  }
}

TEST_CASE("a mixer learns what follows two symbols where one does not tell it") {
  Stream stream(small_settings());
  const std::array<Symbol, 6> cycle{1, 2, 1, 3, 2, 3};  // each symbol is followed by two others
  for (int i = 0; i < 300; ++i) stream.learn(cycle[i % 6]);
  for (int i = 300; i < 330; ++i) {
    const auto& forecast = stream.predict();
    CHECK(forecast.guesses[0].symbol == cycle[i % 6]);
    CHECK(forecast.of(cycle[i % 6]) > 0.9);
    stream.learn(cycle[i % 6]);
  }
}

TEST_CASE("what a mixer states comes true as often as it says") {
  for (const bool calibrated : {false, true}) {
    auto settings = small_settings();
    settings.calibrated = calibrated;
    Stream stream(settings);
    std::mt19937 random(7);
    std::array<std::array<double, 2>, 10> levels{};  // stated, and came
    double loss = 0, ideal = 0;
    constexpr int kSteps = 20'000, kFirst = 5'000;
    for (int i = 0; i < kSteps; ++i) {
      // After an odd symbol the next is one of two with 80 and 20 %, after an even one, one of four alike.
      const bool odd = stream.last % 2 == 1;
      const Symbol came = odd ? (random() % 10 < 8 ? stream.last + 1 : 9) : 1 + 2 * (random() % 4);
      const auto& forecast = stream.predict();
      if (i >= kFirst) {
        for (const auto& guess : forecast.guesses) {
          auto& level = levels[std::min<std::size_t>(static_cast<std::size_t>(guess.probability * 10), 9)];
          level[0] += guess.probability, level[1] += guess.symbol == came ? 1 : 0;
        }
        loss -= std::log2(forecast.of(came));
        ideal += odd ? 0.722 : 2;
      }
      stream.learn(came);
    }
    CAPTURE(calibrated);
    for (const auto& [stated, true_] : levels)
      CHECK(stated == Approx(true_).margin((calibrated ? 0.02 : 0.03) * (kSteps - kFirst)));
    CHECK(loss < 1.06 * ideal);
  }
}

TEST_CASE("a mixer forgets what is over") {
  Stream stream(small_settings());
  for (int i = 0; i < 3'000; ++i) stream.learn(1 + i % 2);
  int late = 0;
  for (int i = 0; i < 300; ++i) {
    if (stream.predict().guesses[0].symbol != Symbol(3 + i % 2)) late = i;
    stream.learn(3 + i % 2);
  }
  CHECK(late < 20);
  // The same contexts, the other way round.
  for (int i = 0; i < 3'000; ++i) stream.learn(i % 4 < 2 ? 1 : 2);
  for (int i = 0; i < 600; ++i) stream.learn(1 + i % 2);
  CHECK(stream.predict().of(1) > 0.7);
}

TEST_CASE("a mixer's memory is bounded, whatever it is told") {
  auto settings = small_settings();
  settings.symbols = 200;
  Stream stream(settings);
  const auto before = stream.mixer.octets();
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const std::array contexts{random(), random(), random()};
    const std::array<std::uint32_t, 1> sets{static_cast<std::uint32_t>(random())};  // also none that there is
    stream.mixer.predict(contexts, sets, stream.forecast);
    stream.mixer.learn(stream.forecast, static_cast<Symbol>(random()));
    if (i % 1'000 == 0) REQUIRE(sum_of(stream.forecast) == Approx(1).margin(1e-4));
  }
  CHECK(stream.mixer.octets() == before);
  CHECK(stream.forecast.guesses.size() <= settings.candidates);
  for (int i = 0; i < 400; ++i) stream.learn(1 + i % 3);  // and it still learns
  CHECK(stream.predict().of(1 + 400 % 3) > 0.9);
}

TEST_CASE("symbols that are dropped are foretold no more") {
  Stream stream(small_settings());
  for (int i = 0; i < 200; ++i) stream.learn(1 + i % 3);
  stream.mixer.drop(std::array<Symbol, 2>{2, 9'999});
  stream.last = 1, stream.before = 3;
  const auto& forecast = stream.predict();
  for (const auto& guess : forecast.guesses) CHECK(guess.symbol != 2);
  CHECK(sum_of(forecast) == Approx(1));
}

TEST_CASE("a mixer says which inputs speak for a symbol") {
  Stream stream(small_settings());
  const std::array<Symbol, 6> cycle{1, 2, 1, 3, 2, 3};
  for (int i = 0; i < 300; ++i) stream.learn(cycle[i % 6]);
  const auto& forecast = stream.predict();
  const auto told = stream.mixer.speaks(forecast, cycle[0]);
  REQUIRE(told.size() == 4);
  CHECK(told[2] > 0);
  CHECK(told[2] > told[0]);
  CHECK(stream.mixer.speaks(forecast, 31) == std::vector<float>(4));
}

TEST_CASE("a mixer goes on from what was saved") {
  Stream stream(small_settings());
  std::mt19937 random(5);
  for (int i = 0; i < 1'000; ++i) stream.learn(1 + (stream.last * 3 + random() % 2) % 20);
  const auto saved = stream.mixer.save();

  Stream other(small_settings());
  REQUIRE(other.mixer.load(saved));
  other.last = stream.last, other.before = stream.before;
  for (int i = 0; i < 100; ++i) {
    const auto& ours = stream.predict();
    const auto& theirs = other.predict();
    REQUIRE(ours.guesses.size() == theirs.guesses.size());
    for (std::size_t k = 0; k < ours.guesses.size(); ++k) {
      REQUIRE(ours.guesses[k].symbol == theirs.guesses[k].symbol);
      REQUIRE(ours.guesses[k].probability == theirs.guesses[k].probability);
    }
    const Symbol came = 1 + random() % 20;
    stream.learn(came), other.learn(came);
  }
}

TEST_CASE("what is no saved mixer changes nothing, and is said to be none") {
  Stream stream(small_settings());
  for (int i = 0; i < 500; ++i) stream.learn(1 + i % 5);
  const auto saved = stream.mixer.save();
  Stream other(small_settings());
  for (int i = 0; i < 50; ++i) other.learn(7);
  const auto before = other.mixer.save();

  CHECK(other.mixer.load({}).error().code == ErrorCode::malformed);
  for (const std::size_t size : {std::size_t{3}, std::size_t{20}, saved.size() / 2, saved.size() - 1})
    CHECK_FALSE(other.mixer.load({saved.data(), size}));
  auto longer = saved;
  longer.push_back(0);
  CHECK_FALSE(other.mixer.load(longer));
  auto settings = small_settings();
  settings.inputs = 4;
  ContextMixer wider(settings);
  CHECK(wider.load(saved).error().message.find("other settings") != std::string::npos);
  CHECK(other.mixer.save() == before);

  // Whatever single octets are changed, what is read is refused or works.
  std::mt19937 random(11);
  for (int i = 0; i < 300; ++i) {
    auto damaged = saved;
    damaged[random() % damaged.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    Stream third(small_settings());
    if (!third.mixer.load(damaged)) continue;
    for (int k = 0; k < 5; ++k) {
      third.learn(1 + k % 5);
      CHECK(sum_of(third.predict()) == Approx(1).margin(1e-3));
    }
  }
}
