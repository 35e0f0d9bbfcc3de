#include <harbinger/fragments.h>

#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include <harbinger/sequence_model.h>

using namespace harbinger;

namespace {

constexpr UnixMillis kHour = 60 * 60 * 1000;

std::string segment(int video, int number) {
  return "cdn.example.org/v" + std::to_string(video) + "/seg-" + std::to_string(number) + ".ts";
}

/// Videos of twenty segments, watched; time passes as it would.
struct Evenings {
  FragmentTable table;
  FragmentModel model{table};
  UnixMillis now = 1'700'000'000'000;

  Evenings() {
    for (int video = 1; video <= 12; ++video)
      REQUIRE(
          table.add({.resource = "cdn.example.org/v" + std::to_string(video) + "/seg-{n}.ts", .first = 1, .last = 20}));
  }
  void watch(ClientKey client, int video, int from, int to) {
    for (int number = from; number <= to; ++number) {
      const auto text = segment(video, number);
      CHECK(model.learn({.at = now, .client = client, .resource = text}));
      now += 4000;
    }
    now -= 4000;
  }
  /// Even clients watch to the end, odd ones give up after the fifth segment.
  void pass(int evenings) {
    std::mt19937 random(1);
    for (int evening = 0; evening < evenings; ++evening) {
      for (ClientKey client = 1; client <= 40; ++client)
        watch(client, 1 + static_cast<int>(random() % 10), 1, client % 2 ? 5 : 20);
      now += 20 * kHour;
    }
  }
  std::string ahead(ClientKey client, double floor, std::size_t most = 8) {
    std::string texts;
    for (const auto& next : model.ahead(client, now, floor, most)) texts += std::to_string(next.fragment.index) + " ";
    return texts;
  }
};

}  // namespace

TEST_CASE("a client in segment 5 gets 6 and 7, and the one that usually stops there gets none") {
  Evenings evenings;
  evenings.pass(6);
  evenings.watch(2, 3, 1, 5);
  CHECK(evenings.ahead(2, 0.5, 2) == "6 7 ");
  evenings.watch(1, 3, 1, 5);
  CHECK(evenings.ahead(1, 0.5, 2).empty());
  // In the fourth it still gets the fifth.
  evenings.now += kHour;
  evenings.watch(1, 4, 1, 4);
  CHECK(evenings.ahead(1, 0.5, 2) == "5 ");
}

TEST_CASE("a client never seen before is expected to do as others do") {
  Evenings evenings;
  evenings.pass(6);
  evenings.watch(100, 3, 1, 5);
  const auto next = evenings.model.ahead(100, evenings.now, 0.1, 2);
  REQUIRE(next.size() == 2);
  CHECK(next[0].probability == Approx(0.5).margin(0.15));                 // half of them stop here
  CHECK(next[1].probability == Approx(next[0].probability).margin(0.1));  // and who goes on stays
  CHECK(next[0].in_ms == 4000);
  CHECK(next[1].in_ms == 8000);
}

TEST_CASE("the probability of going on comes true as often as it says") {
  FragmentTable table;
  REQUIRE(table.add({.resource = "u{n}", .first = 0, .last = 30}));
  FragmentModel model(table);
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform;
  UnixMillis now = 0;
  double said = 0, came = 0, tries = 0;
  for (ClientKey turn = 0; turn < 4000; ++turn) {
    const ClientKey client = 1 + turn % 200;
    const double stays = client % 3 == 0 ? 0.95 : 0.6;
    for (int at = 0; at <= 30; ++at) {
      const auto text = "u" + std::to_string(at);
      model.learn({.at = now += 1000, .client = client, .resource = text});
      const auto next = model.ahead(client, now, 0, 1);
      const bool goes_on = at < 30 && uniform(random) < stays;
      if (turn > 1000 && !next.empty()) {
        said += next[0].probability;
        came += goes_on;
        ++tries;
      }
      if (!goes_on) break;
    }
    now += kHour;
  }
  CHECK(said / tries == Approx(came / tries).margin(0.02));
}

TEST_CASE("nothing is ahead after the last segment, after a pause, and of what is no fragment") {
  Evenings evenings;
  evenings.pass(2);
  evenings.watch(2, 3, 1, 20);
  CHECK(evenings.ahead(2, 0).empty());
  evenings.watch(2, 4, 1, 5);
  CHECK_FALSE(evenings.ahead(2, 0).empty());
  evenings.now += 60'000;
  CHECK(evenings.ahead(2, 0).empty());
  CHECK_FALSE(evenings.model.learn({.at = evenings.now, .client = 2, .resource = "www.example.org"}));
  CHECK(evenings.ahead(77, 0).empty());
}

TEST_CASE("repeated and disordered fragments are no stops, and a seek is followed") {
  Evenings evenings;
  evenings.watch(1, 1, 1, 3);
  for (const int number : {5, 4, 4, 6}) evenings.watch(1, 1, number, number);
  CHECK(evenings.ahead(1, 0, 1) == "7 ");
  evenings.watch(1, 1, 15, 15);
  CHECK(evenings.ahead(1, 0, 1) == "16 ");
  evenings.watch(1, 1, 2, 2);
  CHECK(evenings.ahead(1, 0, 1) == "3 ");
}

TEST_CASE("clocks that jump and crowds of clients do no harm") {
  FragmentTable table;
  REQUIRE(table.add({.resource = "u{n}"}));
  FragmentModel model(table, {.clients = 100, .resources = 1});
  std::mt19937_64 random(9);
  for (int i = 0; i < 100'000; ++i) {
    const auto text = "u" + std::to_string(random() % 50);
    const auto at = random() % 1000 ? static_cast<UnixMillis>(i) : static_cast<UnixMillis>(random());
    model.learn({.at = at, .client = random() % 1000, .resource = text});
    for (const auto& next : model.ahead(random() % 1000, at, 0.01, 4)) {
      REQUIRE(next.probability >= 0.01);
      REQUIRE(next.probability <= 1);
    }
  }
}

TEST_CASE("the sequence model names segments of a video that nobody has watched before") {
  auto model = make_sequence_model();
  Evenings evenings;
  std::mt19937 random(1);
  const auto watch = [&](ClientKey client, int video, int to) {
    for (int number = 1; number <= to; ++number) {
      const auto text = segment(video, number);
      model->learn({.at = evenings.now += 4000, .client = client, .resource = text});
    }
  };
  for (ClientKey client = 1; client <= 100; ++client) {
    watch(client, 1 + static_cast<int>(random() % 10), 20);
    evenings.now += kHour;
  }
  watch(1000, 11, 5);
  std::array<Guess, 1> best;
  REQUIRE(model->predict(1000, evenings.now, best) == 1);
  CHECK(model->text(best[0].resource) == segment(11, 6));
  CHECK(best[0].next > 0.5);
}
