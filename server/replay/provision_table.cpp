#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/replay/columns.h"
#include "server/replay/plots.h"
#include "server/replay/provision_replay.h"

namespace harbinger::replay {

namespace {

constexpr double kMainHit = 0.99;

std::string header(const ProvisionResults& results) {
  return results.trace + ": " + std::to_string(results.pools) + (results.pools == 1 ? " pool, " : " pools, ") +
         std::to_string(results.steps) + " steps of " + span_text(static_cast<double>(results.step_ms)) + "; " +
         decimal(results.arrivals, 0) + " arrivals judged, from " + percent(results.replay.score_from) +
         " % of the steps on; an instance is ready " + span_text(static_cast<double>(results.replay.start.count())) +
         " after its order, which is " + std::to_string(results.world.delay) + " steps\n\n";
}

// Where each policy does with its knob as it was chosen before the judged part; ours with what is wanted of it.
const PoolPoint* as_wanted(const PoolCurve& curve, double hit) {
  if (curve.name != "harbinger") return curve.chosen_for_hit(hit);
  const auto point = std::ranges::find_if(curve.points, [&](const auto& each) { return each.knob == hit; });
  return point == curve.points.end() ? nullptr : &*point;
}

std::string seconds(const ProvisionResults& results, std::optional<double> steps) {
  return steps ? decimal(*steps * results.step_s(), 2) : "-";
}

std::vector<std::string> row(const ProvisionResults& results, const PoolCurve& curve) {
  std::vector<std::string> cells{curve.name};
  for (const double hit : ProvisionResults::kHits) cells.push_back(seconds(results, curve.idle_at(hit)));
  for (const double hit : ProvisionResults::kHits) {
    const auto ours = curve.idle_at(hit), constant = results.of("static_hindsight")->idle_at(hit);
    cells.push_back(ours && constant && *constant > 0 ? decimal(*ours / *constant, 3) : "-");
  }
  const auto* point = as_wanted(curve, kMainHit);
  const auto& judged = point->reports.judged;
  cells.push_back(decimal(100 * judged.hit(), 2));
  cells.push_back(seconds(results, judged.idle_per_served()));
  cells.push_back(judged.served() > 0 ? decimal(judged.stops / judged.served(), 2) : "-");
  cells.push_back(decimal(curve.seconds, 1));
  return cells;
}

std::string idle_table(const ProvisionResults& results) {
  std::vector<std::string> head{"idle instance-seconds for each served"};
  for (const double hit : ProvisionResults::kHits) head.push_back("at " + decimal(100 * hit, 0) + " %");
  for (const double hit : ProvisionResults::kHits) head.push_back("/static " + decimal(100 * hit, 0));
  for (const char* cell : {"99 % wanted: hit", "idle", "stopped", "CPU s"}) head.emplace_back(cell);
  Columns table(head);
  for (const auto& curve : results.curves) table.add(row(results, curve));
  return table.text();
}

// Ours over that of the reactive policy, at as many idle instances.
std::optional<double> cold_of_reactive(const ProvisionResults& results, const PoolReport& reactive) {
  const auto cold = results.of("harbinger")->cold_at(reactive.idle_per_served());
  if (!cold || reactive.missed == 0) return std::nullopt;
  return *cold * reactive.arrivals / reactive.missed;
}

// How much of what lies between two policies ours has done away with, at 99 % of hits.
std::optional<double> closed(const ProvisionResults& results, const PoolCurve* from) {
  const auto* oracle = results.of("lead_oracle");
  if (oracle == nullptr || from == nullptr) return std::nullopt;
  const auto most = from->idle_at(kMainHit), least = oracle->idle_at(kMainHit),
             ours = results.of("harbinger")->idle_at(kMainHit);
  if (!most || !least || !ours || *most <= *least) return std::nullopt;
  return (*most - *ours) / (*most - *least);
}

std::string reactive_name(double hit) { return "chosen for " + decimal(100 * hit, 0) + " %"; }

std::string sentences(const ProvisionResults& results) {
  std::string out = "\ncold starts, harbinger / reactive_kpa at as many idle instances:";
  for (const double hit : ProvisionResults::kHits) {
    const auto ratio = cold_of_reactive(results, results.of("reactive_kpa")->chosen_for_hit(hit)->reports.judged);
    out += ' ' + (ratio ? decimal(*ratio, 3) : "-") + " (" + reactive_name(hit) + ')';
  }
  out += '\n';
  if (const auto* best = results.best_simple(kMainHit)) {
    out +=
        "of the simple ones, " + best->name + " is idle least at 99 %; harbinger / it: " +
        decimal(results.of("harbinger")->idle_at(kMainHit).value_or(0) / std::max(1e-9, *best->idle_at(kMainHit)), 3) +
        '\n';
    if (const auto from_static = closed(results, results.of("static_hindsight")), from_best = closed(results, best);
        from_static && from_best)
      out += "of the way to the lead oracle at 99 %: " + percent(*from_static) + " % from static_hindsight, " +
             percent(*from_best) + " % from " + best->name + '\n';
  }
  return out;
}

// Knobs as they were chosen before the judged part; that of hindsight by the judged part itself.
double cost_of(const ProvisionResults& results, const PoolCurve& curve, double cold) {
  if (curve.name == "static_hindsight") {
    double least = -1;
    for (const auto& point : curve.points) {
      const double cost = point.reports.judged.cost(cold, results.cost_window());
      least = least < 0 ? cost : std::min(least, cost);
    }
    return least;
  }
  return curve.chosen_for_cost(cold, results.cost_window())->reports.judged.cost(cold, results.cost_window());
}

double our_cost(const ProvisionResults& results, double cold) {
  for (const auto& point : results.by_cost.points)
    if (point.knob == cold) return point.reports.judged.cost(cold, results.cost_window());
  return 0;
}

std::string cost_table(const ProvisionResults& results) {
  std::vector<std::string> head{"cost for each arrival, cold start / idle start time"};
  for (const double cold : ProvisionResults::kCosts) head.push_back(decimal(cold, 0));
  Columns table(head);
  const auto add = [&](const std::string& name, const auto& cost) {
    std::vector<std::string> cells{name};
    for (const double cold : ProvisionResults::kCosts) cells.push_back(decimal(cost(cold), 3));
    table.add(std::move(cells));
  };
  for (const auto& curve : results.curves) add(curve.name, [&](double cold) { return cost_of(results, curve, cold); });
  add(results.by_cost.name, [&](double cold) { return our_cost(results, cold); });
  return '\n' + table.text();
}

nlohmann::ordered_json json_of(const ProvisionResults& results, const PoolCurve& curve) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array(), idle = nlohmann::ordered_json::object();
  for (const double hit : ProvisionResults::kHits)
    if (const auto steps = curve.idle_at(hit)) idle[decimal(hit, 2)] = *steps * results.step_s();
  for (const auto& point : curve.points) {
    const auto& judged = point.reports.judged;
    points.push_back({{"knob", point.knob},
                      {"hit", judged.hit()},
                      {"idle_s", judged.idle_per_served() * results.step_s()},
                      {"cold_starts", judged.missed},
                      {"starts", judged.starts},
                      {"stopped_unused", judged.stops}});
  }
  return {{"idle_s_at_hit", idle}, {"cpu_seconds", curve.seconds}, {"points", points}};
}

}  // namespace

std::string to_table(const ProvisionResults& results) {
  return header(results) + idle_table(results) + sentences(results) + cost_table(results);
}

std::string to_json(const ProvisionResults& results) {
  nlohmann::ordered_json out = {{"trace", results.trace},
                                {"pools", results.pools},
                                {"steps", results.steps},
                                {"step_s", results.step_s()},
                                {"start_s", static_cast<double>(results.replay.start.count()) / 1000},
                                {"score_from", results.replay.score_from},
                                {"arrivals", results.arrivals},
                                {"policies", nlohmann::ordered_json::object()}};
  for (const auto& curve : results.curves) {
    auto policy = json_of(results, curve);
    for (const double cold : ProvisionResults::kCosts) policy["cost"][decimal(cold, 0)] = cost_of(results, curve, cold);
    out["policies"][curve.name] = std::move(policy);
  }
  for (const double cold : ProvisionResults::kCosts)
    out["policies"]["harbinger"]["cost_as_told"][decimal(cold, 0)] = our_cost(results, cold);
  return out.dump(2) + '\n';
}

std::string provision_plot(const ProvisionResults& results) {
  std::vector<ShareCurve> curves;
  for (const auto& curve : results.curves) {
    if (curve.points.size() < 2) continue;
    ShareCurve drawn{curve.name, {}};
    for (const auto& point : curve.points)
      drawn.points.emplace_back(point.reports.judged.idle_per_served() * results.step_s(),
                                1 - point.reports.judged.hit());
    std::ranges::sort(drawn.points);
    curves.push_back(std::move(drawn));
  }
  const auto right = results.of("static_hindsight")->idle_at(kMainHit).value_or(1) * results.step_s();
  return amount_plot("Who finds no instance ready: " + results.trace, "idle instance-seconds for each served",
                     "cold starts", curves, std::max(1.3 * right, 1e-3), 0.2);
}

}  // namespace harbinger::replay
