// harbinger-replay --orchestrate: feeds as they are read, and guesses that can be reckoned by hand.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <sstream>

#include "learn/baselines.h"
#include "server/replay/next_judge.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::replay;
using Catch::Matchers::Contains;
using harbinger::test::Scratch;

namespace {

NextFeed feed_of_words(const std::vector<std::string>& words, std::size_t score_from = 0) {
  NextFeed feed{.title = "made", .words = {}, .streams = {}, .score_from = score_from};
  feed.streams.intern("only");
  for (const auto& word : words) {
    NextStep step{.word = feed.words.intern(word)};
    step.begins = feed.steps.empty();
    feed.steps.push_back(step);
  }
  return feed;
}

NextScores judged(const NextFeed& feed, const NextFamily& family) {
  return judge_next(feed, {family}, [](auto, auto) {});
}

std::vector<float> guess_after(const NextFeed& feed, const NextFamily& family) {
  const auto guesser = family.make(feed);
  for (const auto& step : feed.steps) guesser->learn(step);
  std::vector<float> out(feed.words.size());
  guesser->guess({}, out);
  return out;
}

// Words by chance of which one is often followed by a certain other.
NextFeed by_chance(std::size_t steps, std::size_t streams) {
  std::mt19937 numbers(5);  // NOLINT(cert-msc51-cpp)
  NextFeed feed{.title = "by chance", .words = {}, .streams = {}};
  for (const char* word : {"a", "b", "c", "d", "e"}) feed.words.intern(word);
  for (std::size_t i = 0; i < streams; ++i) feed.streams.intern(std::to_string(i));
  std::vector<std::uint32_t> last(streams, 99);
  for (std::size_t i = 0; i < steps; ++i) {
    const auto stream = static_cast<std::uint32_t>(numbers() % streams);
    const bool begins = last[stream] == 99;
    last[stream] = begins || numbers() % 4 == 0 ? static_cast<std::uint32_t>(numbers() % 5) : (last[stream] + 1) % 5;
    NextStep step{.cue = {.stream = stream}, .word = last[stream], .at = static_cast<UnixMillis>(i)};
    step.begins = begins;
    feed.steps.push_back(step);
  }
  return feed;
}

BatchArrivals read(const Scratch& scratch, std::string_view text, std::string* complaints = nullptr) {
  std::ostringstream out;
  Complaints told(out);
  BatchArrivals arrivals;
  REQUIRE(read_batches({scratch.write("arrivals.txt", text).string()}, told, arrivals));
  if (complaints != nullptr) *complaints = out.str();
  return arrivals;
}

std::string words_of(const NextFeed& feed) {
  std::string out;
  for (const auto& step : feed.steps) (out += feed.words.text(step.word)) += ' ';
  return out;
}

}  // namespace

TEST_CASE("batches are read by rows, and rows that make no sense are told of") {
  Scratch scratch;
  std::string complaints;
  const auto arrivals = read(scratch, "300 g,|,b,b,|,\nx y\n600 k,g,\n900\n1200 \n", &complaints);
  REQUIRE(arrivals.batches.size() == 3);
  CHECK(arrivals.batches[0].at == 0);
  CHECK(arrivals.batches[2].at == 300'000);
  CHECK(arrivals.batches[0].row == arrivals.batches[1].row);
  CHECK(arrivals.batches[1].row != arrivals.batches[2].row);
  CHECK(words_of(machine_flavours(arrivals)) == "g b b k g ");
  CHECK(words_of(flavours_and_ends(arrivals)) == "g | b b | k g | ");
  CHECK(words_of(first_flavours(arrivals)) == "g b k ");
  CHECK(words_of(batch_sizes(arrivals)) == "1 2 2 ");
  CHECK_THAT(complaints, Contains(":2: expected seconds") && Contains(":4: "));
}

TEST_CASE("sizes of batches are told apart as the authors of the traces do") {
  Scratch scratch;
  std::string text;
  for (const int count : {1, 5, 6, 7, 8, 10, 11, 15, 16, 25, 26, 50, 51, 400}) {
    text += "300 ";
    for (int i = 0; i < count; ++i) text += "a,";
    text += "|,\n";
  }
  CHECK(words_of(batch_sizes(read(scratch, text))) ==
        "1 5 6-7 6-7 8-10 8-10 11-15 11-15 16-25 16-25 26-50 26-50 >50 >50 ");
}

TEST_CASE("what is known of a machine before it comes is told by machines before it only") {
  Scratch scratch;
  const auto feed = machine_flavours(read(scratch, "300 a,b,|,c,|,\n"));
  CHECK(feed.steps[0].cue.known == std::array<std::uint32_t, 4>{0, 0, 1, 0});
  CHECK(feed.steps[1].cue.known == std::array<std::uint32_t, 4>{1, 1, 1, 0});
  CHECK(feed.steps[2].cue.known == std::array<std::uint32_t, 4>{2, 1, 1, 0});  // as if its batch went on
  const auto ends = flavours_and_ends(read(scratch, "300 a,b,|,c,|,\n"));
  CHECK(ends.steps[3].cue.known == std::array<std::uint32_t, 4>{0, 0, 1, 0});  // after the end it is known
}

TEST_CASE("repeats collapse, and judging begins at the same place") {
  const auto feed = without_repeats(feed_of_words({"a", "a", "b", "b", "b", "a"}, 4));
  CHECK(words_of(feed) == "a b a ");
  CHECK(feed.score_from == 2);
  CHECK(feed.distinct);
}

TEST_CASE("popularity and Markov-1 give what one reckons by hand") {
  // a came three times, b once, two different: a third is kept for all words alike.
  const auto popular = guess_after(feed_of_words({"a", "b", "a", "a"}), partial_match("popularity", 0));
  CHECK(popular[0] == Approx(3.0 / 6 + 2.0 / 6 / 2));
  CHECK(popular[1] == Approx(1.0 / 6 + 2.0 / 6 / 2));
  // After a: b and a once each, so that half is kept for popularity.
  const auto after_a = guess_after(feed_of_words({"a", "b", "a", "a"}), partial_match("markov1", 1));
  CHECK(after_a[0] == Approx(0.25 + 0.5 * popular[0]));
  CHECK(after_a[1] == Approx(0.25 + 0.5 * popular[1]));
  // The last word stayed once of three times; as if half of one had before.
  const auto last = guess_after(feed_of_words({"a", "b", "a", "a"}), last_word());
  CHECK(last[0] == Approx(1.5 / 4));
}

TEST_CASE("all ways to guess give probabilities that sum to one") {
  for (const bool distinct : {false, true})
    for (const auto& family : next_families(distinct)) {
      auto feed = by_chance(500, 3);
      if (distinct) feed = without_repeats(feed);
      INFO(family.name);
      const auto guesses = guess_after(feed, family);
      CHECK(std::accumulate(guesses.begin(), guesses.end(), 0.0) == Approx(1).epsilon(1e-4));
      CHECK(*std::min_element(guesses.begin(), guesses.end()) >= 0);
    }
}

TEST_CASE("the same guesses come from ppm2_online as replays of accesses know it") {
  const auto feed = without_repeats(by_chance(3000, 4));
  const auto ours = partial_match("ppm2_online", 2).make(feed);
  const auto known = make_ppm2();
  std::vector<float> probabilities(feed.words.size());
  std::vector<std::uint32_t> current(feed.streams.size(), 99);
  int differ = 0, compared = 0;
  for (const auto& step : feed.steps) {
    const auto client = step.cue.stream + 1ULL;
    std::array<BaselineGuess, 1> guess;
    if (known->predict(client, guess) == 1 && compared++ >= 0) {
      ours->guess(step.cue, probabilities);
      probabilities[current[step.cue.stream]] = 0;
      const auto best = std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin();
      if (best + 1 != static_cast<std::ptrdiff_t>(guess[0].resource)) ++differ;
    }
    ours->learn(step);
    known->learn(client, step.word + 1ULL, step.at);
    current[step.cue.stream] = step.word;
  }
  CHECK(compared > 2000);
  CHECK(differ < compared / 50);  // those with probabilities that are nearly alike: theirs fade
}

TEST_CASE("judging counts what comes after the first word of a stream, and loses -ln of what it was given") {
  const auto scores = judged(feed_of_words({"a", "b", "a", "b"}, 2), partial_match("markov1", 1));
  REQUIRE(scores.judged == 2);
  CHECK(scores.seen == 1);
  // After b nothing is known: popularity, a half each and the first word first. After a: b, which came once.
  CHECK(scores.scores[0].ranking.top(1) == 1);
  const double second = 0.5 + 0.5 * (1.0 / 5 + 2.0 / 5 / 2);
  CHECK(scores.scores[0].log_loss() == Approx((-std::log(0.5) - std::log(second)) / 2).epsilon(1e-4));
}

TEST_CASE("where words never repeat, the current one is no guess") {
  auto feed = without_repeats(feed_of_words({"a", "b", "a", "c", "a", "b", "a", "c", "a", "b"}));
  const auto scores = judged(feed, partial_match("popularity", 0));
  // a is the most popular: right whenever the stream is elsewhere, and the others are worth something when it is at a.
  CHECK(scores.scores[0].ranking.top(1) >= 0.5);
}

TEST_CASE("ours finds what hangs on the last three words, and beats the baselines there") {
  std::mt19937 numbers(7);  // NOLINT(cert-msc51-cpp)
  std::vector<std::string> words{"a", "b", "c"};
  for (int i = 0; i < 4000; ++i) {
    const auto& third = words[words.size() - 3];
    words.push_back(numbers() % 10 == 0     ? std::string(1, static_cast<char>('a' + numbers() % 3))
                    : third == words.back() ? "a"
                    : third == "a"          ? "b"
                                            : "c");
  }
  const auto scores = judge_next(feed_of_words(words, 3000), next_families(false), [](auto, auto) {});
  const auto *ours = scores.of("harbinger"), *best = scores.best_simple(false);
  CHECK(ours->ranking.top(1) > best->ranking.top(1) + 0.05);
  CHECK(ours->loss < scores.best_simple(true)->loss);
  CHECK(ours->first.error() < 0.06);
  NextResults results{.trace = "made", .protocol = "all", .feeds = {scores}};
  CHECK_THAT(to_table(results), Contains("harbinger: +") && Contains("over ppm2_online"));
  CHECK_THAT(to_json(results), Contains("\"log_loss\""));
}
