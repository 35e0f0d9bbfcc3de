#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/replay/columns.h"
#include "server/replay/plots.h"
#include "server/replay/users_replay.h"

namespace harbinger::replay {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kMainPrice = 3600, kWantedReady = 0.8;
constexpr const char* kOurs = "harbinger";

std::size_t main_place(const UsersResults& results) {
  const auto found = std::ranges::find(results.world.prices, kMainPrice);
  return static_cast<std::size_t>(found - results.world.prices.begin());
}

std::string header(const UsersResults& results) {
  return results.trace + ": " + std::to_string(results.users) + " users; judged from " + percent(results.score_from) +
         " % of the time on; a resource is ready " + span_text(static_cast<double>(results.world.start)) +
         " after its order, needs are foreseen for " + span_text(static_cast<double>(results.world.horizon)) + "\n";
}

std::vector<std::string> row(const std::string& name, const UsersScene& scene, const EstateReport& report,
                             std::optional<double> at_wanted) {
  return {
      name,
      percent(report.ready_share()),
      percent(report.per_request(report.under_way)),
      decimal(report.per_request(report.saved_s), 1),
      decimal(report.per_request(report.idle_s), 1),
      report.ready > 0 ? decimal(idle_per_ready(report) / std::max(1e-9, idle_per_ready(scene.knows_at_acts)), 2) : "-",
      percent(paid_on_top(report, scene.knows_all)),
      decimal(report.per_request(report.made), 2),
      decimal(report.per_request(report.wasted), 2),
      at_wanted ? percent(*at_wanted) : "-"};
}

std::string main_table(const UsersResults& results, const UsersScene& scene) {
  const auto paid = [&](const EstateReport& report) { return paid_on_top(report, scene.knows_all); };
  Columns table({"", "ready %", "under way %", "saved s", "idle s", "idle/oracle", "paid on top %", "made", "wasted",
                 "at 80 % ready"});
  for (const auto& curve : scene.curves)
    table.add(row(curve.name, scene, curve.reports[main_place(results)], at_ready(curve, kWantedReady, paid)));
  table.add(row("oracle, at acts", scene, scene.knows_at_acts, std::nullopt));
  table.add(row("oracle, at any time", scene, scene.knows_all, std::nullopt));
  return "\n" + scene.name + ": " + std::to_string(scene.acts) + " acts, " + decimal(scene.knows_all.requests, 0) +
         " requests judged; where a wait in full costs as much as " + decimal(kMainPrice, 0) +
         " s of an idle resource\n" + table.text();
}

std::string sweep_table(const UsersResults& results, const UsersScene& scene, const std::string& title,
                        const std::function<double(const EstateReport&, double)>& value) {
  std::vector<std::string> head{title};
  for (const double price : results.world.prices) head.push_back(decimal(price, 0));
  Columns table(head);
  const auto add = [&](const std::string& name, const auto& report_at) {
    std::vector<std::string> cells{name};
    for (std::size_t i = 0; i < results.world.prices.size(); ++i)
      cells.push_back(decimal(value(report_at(i), results.world.prices[i]), 1));
    table.add(std::move(cells));
  };
  for (const auto& curve : scene.curves) add(curve.name, [&](std::size_t i) { return curve.reports[i]; });
  add("oracle, at acts", [&](std::size_t) { return scene.knows_at_acts; });
  return '\n' + table.text();
}

std::string scene_tables(const UsersResults& results, const UsersScene& scene) {
  const auto ready = [](const EstateReport& report, double) { return 100 * report.ready_share(); };
  const auto paid = [&](const EstateReport& report, double) { return 100 * paid_on_top(report, scene.knows_all); };
  const auto cost = [](const EstateReport& report, double price) { return report.cost_s(price); };
  return main_table(results, scene) + sweep_table(results, scene, "ready %, by price of a wait", ready) +
         sweep_table(results, scene, "paid on top of the oracle %", paid) +
         sweep_table(results, scene, "cost in idle s for each request", cost);
}

std::string attribute_table(const UsersResults& results) {
  const auto& scores = results.attributes;
  Columns table({"", "users", "right %", "ECE", "changed", "noticed %", "median acts"});
  for (std::size_t a = 0; a < orchestrate::kAttributes; ++a) {
    const auto& score = scores.of[a];
    const auto median = score.median_noticed();
    table.add({std::string(to_string(static_cast<orchestrate::Attribute>(a))), std::to_string(score.users),
               percent(score.share_right()), decimal(score.confidence.error(), 3), std::to_string(score.changed),
               percent(score.share_in_time()), median > 1'000'000 ? "never" : std::to_string(median)});
  }
  return "\nattributes of users without a label, from " + std::to_string(scores.judging.labels.each) +
         " labels of each value (" + percent(scores.judging.labels.wrong) + " % wrong, " +
         std::to_string(scores.labelled) + " users): right at their act " + std::to_string(scores.judging.within) +
         "; changes noticed within " + std::to_string(scores.judging.after) + " acts; " + decimal(scores.heard_us, 1) +
         " us for each act heard, " + decimal(scores.asked_us, 1) + " us for each asked\n" + table.text();
}

Json json_of(const EstateReport& report, const UsersScene& scene) {
  return {{"requests", report.requests},
          {"ready", report.ready_share()},
          {"ready_of_foretold", report.foretold_share()},
          {"under_way", report.per_request(report.under_way)},
          {"saved_s", report.per_request(report.saved_s)},
          {"idle_s", report.per_request(report.idle_s)},
          {"held_s", report.per_request(report.held_s)},
          {"idle_s_per_ready", idle_per_ready(report)},
          {"paid_on_top", paid_on_top(report, scene.knows_all)},
          {"made", report.per_request(report.made)},
          {"wasted", report.per_request(report.wasted)}};
}

Json json_of(const UsersResults& results, const UsersScene& scene) {
  Json out = {
      {"name", scene.name},
      {"acts", scene.acts},
      {"oracle", {{"at_acts", json_of(scene.knows_at_acts, scene)}, {"at_any_time", json_of(scene.knows_all, scene)}}},
      {"policies", Json::object()}};
  for (const auto& curve : scene.curves) {
    Json points = Json::array();
    for (std::size_t i = 0; i < curve.reports.size(); ++i) {
      auto point = json_of(curve.reports[i], scene);
      point["price_s"] = results.world.prices[i];
      point["cost_s"] = curve.reports[i].cost_s(results.world.prices[i]);
      points.push_back(std::move(point));
    }
    out["policies"][curve.name] = {{"cpu_seconds", curve.seconds}, {"points", points}};
  }
  return out;
}

Json json_of(const AttributeScores& scores) {
  Json out = Json::object();
  for (std::size_t a = 0; a < orchestrate::kAttributes; ++a) {
    const auto& score = scores.of[a];
    out[std::string(to_string(static_cast<orchestrate::Attribute>(a)))] = {
        {"users", score.users},     {"right", score.share_right()},     {"ece", score.confidence.error()},
        {"changed", score.changed}, {"noticed", score.share_in_time()}, {"median_acts", score.median_noticed()}};
  }
  return out;
}

}  // namespace

std::string to_table(const UsersResults& results) {
  std::string out = header(results);
  for (const auto& scene : results.scenes) out += scene_tables(results, scene);
  return out + attribute_table(results);
}

std::string to_json(const UsersResults& results) {
  Json out = {{"trace", results.trace},
              {"users", results.users},
              {"score_from", results.score_from},
              {"start_s", static_cast<double>(results.world.start) / 1000},
              {"horizon_s", static_cast<double>(results.world.horizon) / 1000},
              {"scenes", Json::array()}};
  for (const auto& scene : results.scenes) out["scenes"].push_back(json_of(results, scene));
  out["attributes"] = json_of(results.attributes);
  return out.dump(2) + '\n';
}

std::string users_plot(const UsersResults& results) {
  const auto& scene = results.scenes.front();
  const auto& oracle = scene.knows_at_acts;
  const double idle = oracle.per_request(oracle.idle_s);
  std::vector<ShareCurve> curves;
  double right = 2 * idle;
  for (const auto& curve : scene.curves) {
    ShareCurve drawn{curve.name, {}};
    for (const auto& report : curve.reports)
      drawn.points.emplace_back(report.per_request(report.idle_s), 1 - report.ready_share());
    std::ranges::sort(drawn.points);
    if (curve.name == kOurs) right = std::max(right, drawn.points.back().first);
    curves.push_back(std::move(drawn));
  }
  curves.push_back({"oracle, at acts", {{idle, 0}, {idle, 1 - oracle.ready_share() + 0.02}}});
  return amount_plot("Who finds no resource ready: " + results.trace, "idle seconds of resources for each request",
                     "requests that find none ready", curves, std::max(1.1 * right, 1.0), 1.0);
}

}  // namespace harbinger::replay
