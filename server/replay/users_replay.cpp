#include "server/replay/users_replay.h"

#include <algorithm>

#include "server/replay/need_baselines.h"

namespace harbinger::replay {

namespace {

UsersPolicy simple(SimpleNeeds way) {
  return {.name = std::string(to_string(way)),
          .needs = [way](const auto& settings) { return make_simple_needs(way, settings); }};
}

enum class Knows : std::uint8_t { needs, needs_and_attributes };

UsersPolicy ours(Knows knows, std::uint64_t seed) {
  UsersPolicy policy{.name = "harbinger, attributes unknown",
                     .needs = [](const auto& settings) { return orchestrate::make_need_model(settings); }};
  policy.labels.seed = seed;
  if (knows == Knows::needs) return policy;
  policy.name = "harbinger";
  policy.attributes = [] { return orchestrate::make_attribute_model({}, nullptr); };
  return policy;
}

std::vector<UsersPolicy> policies_of(std::uint64_t seed, bool all) {
  std::vector<UsersPolicy> out;
  for (const auto way : {SimpleNeeds::nothing, SimpleNeeds::last_used, SimpleNeeds::popularity, SimpleNeeds::markov})
    out.push_back(simple(way));
  if (all) out.push_back(ours(Knows::needs, seed));
  out.push_back(ours(Knows::needs_and_attributes, seed));
  out.back().also_by_desk = true;
  return out;
}

// Users whose needs are known by construction; as they are planted usually; and those of whose needs nothing tells.
std::vector<PlantedFeed> scenes_of(const CommandLine& line) {
  const PlantedFeed known{.name = "needs that are known by construction", .seed = line.seed, .users = line.users};
  auto usual = known, chance = known;
  usual.name = "needs of which 8 % are told by nothing, and 15 % of what tells of needs comes to nothing";
  usual.unpredictable = 0.08, usual.false_starts = 0.15;
  chance.name = "needs that nothing tells of";
  chance.unpredictable = 1;
  return {known, usual, chance};
}

UsersScene play_scene(const UsersFeed& feed, UsersWorld world, double score_from,
                      const std::vector<UsersPolicy>& policies, Progress& progress) {
  UsersScene scene{.name = feed.name, .acts = feed.acts.size()};
  const auto from = feed.acts.front().activity.at, until = feed.acts.back().activity.at;
  world.judged_from = from + static_cast<UnixMillis>(score_from * static_cast<double>(until - from));
  for (const auto& policy : policies)
    std::ranges::move(play_users(feed, world, policy, [&](double share) { progress.show(policy.name, share); }),
                      std::back_inserter(scene.curves));
  scene.knows_all = know_all(feed, world);
  scene.knows_at_acts = know_at_acts(feed, world);
  return scene;
}

AttributeScores play_attributes(const CommandLine& line) {
  constexpr std::size_t kActs = 80, kChangesAt = 50;
  const auto feed = planted_feed({.name = "attributes",
                                  .seed = line.seed,
                                  .users = line.users,
                                  .acts = kActs,
                                  .changes_at = kChangesAt,
                                  .unpredictable = 0.08,
                                  .false_starts = 0.15});
  const auto model = orchestrate::make_attribute_model({}, nullptr);
  return judge_attributes(feed, {.labels = {.seed = line.seed}}, *model);
}

}  // namespace

const UsersCurve* UsersScene::of(std::string_view policy) const {
  const auto found = std::ranges::find(curves, policy, &UsersCurve::name);
  return found == curves.end() ? nullptr : &*found;
}

double paid_on_top(const EstateReport& report, const EstateReport& oracle) {
  return oracle.paid_s > 0 ? report.paid_s / oracle.paid_s - 1 : 0;
}

double idle_per_ready(const EstateReport& report) { return report.ready > 0 ? report.idle_s / report.ready : 0; }

std::optional<double> at_ready(const UsersCurve& curve, double ready,
                               const std::function<double(const EstateReport&)>& value) {
  std::vector<std::pair<double, double>> places;  // ready share, value
  for (const auto& report : curve.reports) places.emplace_back(report.ready_share(), value(report));
  std::ranges::sort(places);
  const auto above = std::ranges::find_if(places, [&](const auto& place) { return place.first >= ready; });
  if (above == places.end()) return std::nullopt;
  if (above == places.begin() || above->first == ready) return above->second;
  const auto& below = *(above - 1);
  const double share = (ready - below.first) / (above->first - below.first);
  return below.second + share * (above->second - below.second);
}

UsersResults replay_users(const CommandLine& line, Progress& progress) {
  constexpr double kUsualFrom = 0.5;
  UsersResults results{.trace = line.name.empty() ? "planted users" : line.name, .users = line.users};
  results.score_from = line.score_from_given ? line.score_from : kUsualFrom;
  results.world = {.start = line.start_ms,
                   .horizon = line.horizon_ms,
                   .prices = {30, 60, 120, 300, 600, 1200, 3600, 10'800, 36'000}};
  for (const auto& scene : scenes_of(line))
    results.scenes.push_back(play_scene(planted_feed(scene), results.world, results.score_from,
                                        policies_of(line.seed, results.scenes.empty()), progress));
  progress.show("attributes", 0);
  results.attributes = play_attributes(line);
  progress.clear();
  return results;
}

}  // namespace harbinger::replay
