#include "server/replay/placement_replay.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "server/replay/cpu_time.h"
#include "server/replay/placement_placers.h"

namespace harbinger::replay {

namespace {

struct Word {
  std::string_view word;
  double least, most;
  void (*set)(PlacementReplay&, double);
};

constexpr double kMuch = 1e9;
const std::array<Word, 9> kWords{{
    {"publish", 1e-6, kMuch, [](PlacementReplay& r, double v) { r.publish = v; }},
    {"withdraw", 0, kMuch, [](PlacementReplay& r, double v) { r.withdraw = v; }},
    {"share", 0, 1, [](PlacementReplay& r, double v) { r.push_share = v; }},
    {"cache", 1e-6, 1, [](PlacementReplay& r, double v) { r.world.cache_part = v; }},
    {"mirrors", 0, 1, [](PlacementReplay& r, double v) { r.world.mirror_share = v; }},
    {"interval", 1, 86'400, [](PlacementReplay& r, double v) { r.world.interval_ms = std::int64_t(v * 1000); }},
    {"delay", 0, 86'400, [](PlacementReplay& r, double v) { r.world.delay_ms = std::int64_t(v * 1000); }},
    {"horizon", 1, 1e7, [](PlacementReplay& r, double v) { r.world.horizon_ms = std::int64_t(v * 1000); }},
    {"lru", 0, 1, [](PlacementReplay& r, double v) { r.world.lru = v != 0; }},
}};

std::string known_words() {
  std::string words;
  for (const auto& each : kWords) words += (words.empty() ? "" : ", ") + std::string(each.word);
  return words;
}

Result<void> set_one(std::string_view text, PlacementReplay& replay) {
  const auto equals = std::min(text.find('='), text.size());
  const auto known = std::ranges::find(kWords, text.substr(0, equals), &Word::word);
  const auto number = text.substr(std::min(equals + 1, text.size()));
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (known == kWords.end())
    return fail(ErrorCode::unknown,
                "--with: nothing is called `" + std::string(text.substr(0, equals)) + "`; there are " + known_words());
  if (error != std::errc{} || end != number.data() + number.size() || !(value >= known->least && value <= known->most))
    return fail(ErrorCode::malformed, "--with: `" + std::string(text) + "`: expected a number from " +
                                          std::to_string(known->least) + " to " + std::to_string(known->most));
  known->set(replay, value);
  return {};
}

mirror::MirrorSettings settings_of(const PlacementReplay& replay, double publish_times) {
  const auto minutes = static_cast<double>(replay.world.horizon_ms) / 60'000;
  mirror::MirrorSettings settings;
  settings.horizon = std::chrono::seconds(replay.world.horizon_ms / 1000);
  settings.threshold = {.publish = replay.publish * publish_times / minutes,
                        .withdraw = std::min(replay.withdraw, replay.publish * publish_times / 2) / minutes,
                        .most_mirrors = 1};
  settings.least_life = settings.horizon;
  settings.cool_down = settings.horizon / 4;
  settings.cache_share = replay.world.mirror_share;
  settings.push_share = replay.push_share;
  settings.most_mirrors = settings.most_mirrors_of_cluster = 1'000'000;
  return settings;
}

class Runs {
 public:
  Runs(const PlacementFeed& feed, const PlacementReplay& replay) : feed_(feed), replay_(replay) {}

  PlacementResult run(std::string name, std::unique_ptr<Placer> placer) const {
    return run(std::move(name), std::move(placer), replay_.world);
  }
  PlacementResult none(bool lru) const {
    auto world = replay_.world;
    world.lru = lru;
    return run(lru ? "none_lru" : "none_sieve", nullptr, world);
  }
  PlacementResult top(double part) const {
    return run("yesterdays_top", make_yesterdays_top(feed_, replay_.world, part));
  }
  PlacementResult ours(double publish_times) const {
    return run("harbinger", make_planned(feed_, replay_.world, settings_of(replay_, publish_times),
                                         make_counting_forecast(feed_, replay_.world)));
  }
  PlacementResult ours_by_series() const {
    return run("harbinger_series",
               make_planned(feed_, replay_.world, settings_of(replay_, 1), make_series_forecast(feed_, replay_.world)));
  }
  PlacementResult clairvoyant() const {
    return run("clairvoyant",
               make_planned(feed_, replay_.world, settings_of(replay_, 1), make_clairvoyance(feed_, replay_.world)));
  }

 private:
  PlacementResult run(std::string name, std::unique_ptr<Placer> placer, const PlacementWorld& world) const {
    const auto begin = cpu_seconds();
    auto report = run_placement(feed_, world, placer.get());
    return {std::move(name), report, cpu_seconds() - begin};
  }

  const PlacementFeed& feed_;
  const PlacementReplay& replay_;
};

// Milliseconds for a plan of 100,000 demands, the median of some; all worth a mirror in `storm`, one in a hundred otherwise.
double plan_ms() {
  std::vector<mirror::Demand> demands;
  const std::array<std::string, 4> clusters{"a", "b", "c", "d"};
  for (std::uint64_t i = 0; i < 100'000; ++i)
    demands.push_back({.resource = i / 4 * 0x9e3779b97f4a7c15ULL,
                       .cluster = clusters[i % 4],
                       .bytes = 50'000,
                       .expected = 31 + double(i % 977),
                       .now = 20});
  std::vector<mirror::Server> servers;
  for (const auto& cluster : clusters)
    servers.push_back({.name = cluster, .cluster = cluster, .cache_bytes = 1ull << 40});
  const auto planner = mirror::MirrorPlanner::make();
  mirror::MirrorSettings settings;
  settings.push_share = 0;
  std::vector<double> times;
  for (std::int64_t i = 0; i < 9; ++i) {
    const auto begin = cpu_seconds();
    planner->plan(demands, servers, {}, settings, {i * 60'000'000'000});
    times.push_back((cpu_seconds() - begin) * 1000);
  }
  std::ranges::nth_element(times, times.begin() + 4);
  return times[4];
}

}  // namespace

Result<void> set_placement(const std::string& words, PlacementReplay& replay) {
  for (std::size_t from = 0; from < words.size();) {
    const auto end = std::min(words.find(',', from), words.size());
    if (const auto done = set_one(std::string_view(words).substr(from, end - from), replay); !done) return done;
    from = end + 1;
  }
  return {};
}

const PlacementReport* PlacementResults::of(std::string_view name) const {
  const auto found = std::ranges::find(placers, name, &PlacementResult::name);
  return found == placers.end() ? nullptr : &found->report;
}

double PlacementResults::closed(const PlacementReport& report) const {
  const auto none = static_cast<double>(of("none_sieve")->missed_octets);
  const auto gap = none - static_cast<double>(bound.missed_octets);
  return gap > 0 ? (none - static_cast<double>(report.missed_octets)) / gap : 0;
}

PlacementResults replay_placement(const PlacementFeed& feed, const PlacementReplay& replay,
                                  const std::function<void(std::string_view)>& progress) {
  PlacementResults results{.trace = feed.name, .replay = replay, .clusters = feed.clusters};
  const auto capacity = replay.world.capacity(feed);
  results.capacity = capacity.front();
  progress("bound");
  results.bound = offline_bound(feed, capacity, replay.world.judged_from(feed));
  const Runs runs(feed, replay);
  const auto add = [&](auto&& run) {
    results.placers.push_back(run());
    progress(results.placers.back().name);
  };
  add([&] { return runs.none(true); });
  add([&] { return runs.none(false); });
  add([&] { return runs.top(1); });
  add([&] { return runs.ours(1); });
  add([&] { return runs.ours_by_series(); });
  add([&] { return runs.clairvoyant(); });
  for (const double times : {0.25, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0})
    if (replay.sweep) results.curve.push_back(runs.ours(times));
  for (const double part : {0.05, 0.1, 0.25, 0.5})
    if (replay.sweep) results.top_curve.push_back(runs.top(part));
  results.plan_ms = plan_ms();
  return results;
}

}  // namespace harbinger::replay
