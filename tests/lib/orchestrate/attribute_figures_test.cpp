// What attributes are inferred, how soon and how surely, on planted users.
#include <chrono>
#include <cmath>
#include <iostream>

#include <catch2/catch.hpp>

#include "labelled_world.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using orchestrate::test::judge;
using orchestrate::test::LabelledWorld;

namespace {

PlantedUsersSettings world_of(std::uint64_t seed) {
  PlantedUsersSettings settings;
  settings.seed = seed;
  settings.changes_at = 40;
  settings.acts = 60;
  return settings;
}

/// Means over several worlds.
struct Means {
  std::array<double, kAttributes> right{}, in_time{};
  double worlds = 0;

  void add(const orchestrate::test::Judgement& judgement) {
    ++worlds;
    for (std::size_t a = 0; a < kAttributes; ++a) {
      right[a] += judgement.right(a);
      in_time[a] += judgement.in_time(a);
    }
  }
  void tell(const std::string& what) const {
    std::cout << what << '\n';
    for (std::size_t a = 0; a < kAttributes; ++a)
      std::cout << "  " << to_string(static_cast<Attribute>(a)) << ": right " << right[a] / worlds
                << ", new value in time " << in_time[a] / worlds << '\n';
  }
};

}  // namespace

// Single worlds are some points better or worse than the means in docs/attributes.md.
TEST_CASE("20 labels a class, 5 % of them wrong, tell each attribute of nearly nine users in ten within 40 acts",
          "[long]") {
  Means means;
  for (const std::uint64_t seed : {11, 12}) {
    const LabelledWorld world(world_of(seed));
    const auto model = make_attribute_model({}, nullptr);
    REQUIRE(world.prepare_all(*model, 20));
    const auto judgement = judge(world, *model, 40, 40, 20);
    means.add(judgement);
    double all_right = 0;
    for (const auto& of : judgement.of) all_right += of.right;
    CHECK(judgement.of[0].users > 300);
    CHECK(std::abs(judgement.confidence - all_right) / judgement.judged < 0.06);
    CHECK(model->counts().labels > 200);
    CHECK(model->counts().clusters >= 5);
    CHECK(model->counts().changes > 0);
  }
  for (std::size_t a = 0; a < kAttributes; ++a) {
    CAPTURE(to_string(static_cast<Attribute>(a)), means.right[a] / 2, means.in_time[a] / 2);
    CHECK(means.right[a] / 2 >= 0.87);
    CHECK(means.in_time[a] / 2 >= 0.8);
  }
}

TEST_CASE("where nobody but the labelled was heard of before, most others are known within 40 acts", "[long]") {
  const LabelledWorld world(world_of(12));
  const auto model = make_attribute_model({}, nullptr);
  REQUIRE(world.prepare(*model));
  const auto judgement = judge(world, *model, 40, 40);
  for (std::size_t a = 0; a < kAttributes; ++a) {
    CAPTURE(to_string(static_cast<Attribute>(a)), judgement.right(a), judgement.in_time(a));
    CHECK(judgement.right(a) >= 0.84);
    CHECK(judgement.in_time(a) >= 0.7);
  }
}

TEST_CASE("a fifth of all labels may be wrong, and most users are known all the same", "[long]") {
  auto settings = world_of(12);
  settings.changes_at = 0;
  settings.acts = 40;
  const LabelledWorld world(settings, 20, 0.2);
  const auto model = make_attribute_model({}, nullptr);
  REQUIRE(world.prepare(*model));
  const auto judgement = judge(world, *model, 40, 0);
  for (std::size_t a = 0; a < kAttributes; ++a) CHECK(judgement.right(a) >= 0.8);
}

TEST_CASE("where attributes make no difference, nothing is claimed with confidence") {
  auto settings = world_of(13);
  settings.changes_at = 0;
  settings.acts = 40;
  settings.users = 250;
  LabelledWorld world(settings, 20, 1);  // every label is by chance
  const auto model = make_attribute_model({}, nullptr);
  REQUIRE(world.prepare(*model));
  const auto judgement = judge(world, *model, 40, 0);
  CHECK(judgement.confidence / judgement.judged < 0.75);
}

// test_orchestrate "[.figures]": what docs/attributes.md tells.
TEST_CASE("attribute figures", "[.figures]") {
  for (const double clarity : {1.25, 1.0}) {
    Means all, alone;
    for (std::uint64_t seed = 31; seed < 37; ++seed) {
      auto settings = world_of(seed);
      settings.clarity = clarity;
      const LabelledWorld world(settings);
      const auto known = make_attribute_model({}, nullptr), unknown = make_attribute_model({}, nullptr);
      REQUIRE(world.prepare_all(*known, 20));
      all.add(judge(world, *known, 40, 40, 20));
      REQUIRE(world.prepare(*unknown));
      alone.add(judge(world, *unknown, 40, 40));
    }
    all.tell("clarity " + std::to_string(clarity) + ", all were heard of before labels came");
    alone.tell("clarity " + std::to_string(clarity) + ", the labelled alone were");
  }
}

TEST_CASE("attribute costs", "[.figures]") {
  using Clock = std::chrono::steady_clock;
  auto settings = world_of(14);
  settings.acts = 100;
  const LabelledWorld world(settings);
  const auto model = make_attribute_model({}, nullptr);
  REQUIRE(world.prepare(*model));
  std::vector<double> times;
  for (const auto& act : world.planted.acts) {
    const auto told = act.activity();
    const auto begun = Clock::now();
    model->heard({&told, 1});
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
  }
  double sum = 0;
  for (const auto time : times) sum += time;
  const auto ask_all = [&] {
    const auto begun = Clock::now();
    for (const auto& user : world.planted.users) (void)model->of(user.actor);
    return std::chrono::duration<double, std::micro>(Clock::now() - begun).count() / 500;
  };
  const auto relabel = [&] {
    const auto begun = Clock::now();
    REQUIRE(world.give_labels(*model));
    return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  };
  const auto labels_ms = relabel();
  const auto first_us = ask_all(), again_us = ask_all();
  std::ranges::sort(times);
  std::cout << "an act: median " << times[times.size() / 2] << " us, mean with all learning "
            << sum / static_cast<double>(times.size()) << " us, longest " << times.back() / 1000
            << " ms; 220 labels one by one: " << labels_ms << " ms; of(): " << first_us
            << " us after something was learnt, " << again_us << " us else\n";
}
