#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "server/replay/columns.h"
#include "server/replay/forecast_replay.h"

namespace harbinger::replay {

namespace {

std::string header(const ForecastResults& results) {
  const auto length = results.interval_s == 0 ? "several lengths" : std::to_string(results.interval_s) + " s";
  return results.trace + ": " + std::to_string(results.series) + " series of up to " + std::to_string(results.steps) +
         " steps of " + length + "; judged from " + percent(results.score_from) + " % of the steps on\n\n";
}

using Cell = std::function<std::string(const HorizonResult&)>;

void add_row(Columns& table, const ForecastResults& results, std::string name, const Cell& cell) {
  std::vector<std::string> row{std::move(name)};
  for (const auto& horizon : results.horizons) row.push_back(cell(horizon));
  table.add(std::move(row));
}

std::string level_name(std::size_t level) { return decimal(kLevels[level], level == 2 ? 2 : 1); }

void add_errors(Columns& table, const ForecastResults& results) {
  for (std::size_t who = 0; who <= kBaselines; ++who)
    add_row(table, results, who == 0 ? "harbinger" : std::string(kBaselineNames[who - 1]),
            [&](const auto& horizon) { return decimal(horizon.over_day[who], 3); });
  add_row(table, results, "harbinger / best single", [](const auto& horizon) { return decimal(horizon.over_best, 3); });
  add_row(table, results, "  which is", [](const auto& horizon) { return std::string(kBaselineNames[horizon.best]); });
  add_row(table, results, "harbinger / best of each series",
          [](const auto& horizon) { return decimal(horizon.over_each, 3); });
}

void add_quantiles(Columns& table, const ForecastResults& results) {
  for (std::size_t level = 0; level < kLevels.size(); ++level)
    add_row(table, results, "covered by " + level_name(level) + ", %",
            [&](const auto& horizon) { return percent(horizon.covered[level]); });
  for (std::size_t level = 0; level < kLevels.size(); ++level)
    add_row(table, results, "pinball " + level_name(level) + " / best single",
            [&](const auto& horizon) { return decimal(horizon.pinball[level], 3); });
}

std::string bursts_line(const BurstReport& bursts) {
  const double a_day = bursts.days > 0 ? static_cast<double>(bursts.false_alarms) / bursts.days : 0;
  const auto delay =
      bursts.found == 0 ? "" : ", at the median " + span_text(1000 * bursts.delay_s()) + " after their begin";
  return "\nbursts: in " + std::to_string(bursts.found) + " of " + std::to_string(bursts.windows) + " windows" + delay +
         "; " + decimal(a_day, 3) + " alarms a day outside of them\n";
}

nlohmann::ordered_json json_of(const HorizonResult& horizon, unsigned ahead) {
  nlohmann::ordered_json errors, quantiles;
  for (std::size_t who = 0; who <= kBaselines; ++who)
    errors[who == 0 ? "harbinger" : std::string(kBaselineNames[who - 1])] = horizon.over_day[who];
  for (std::size_t level = 0; level < kLevels.size(); ++level)
    quantiles[level_name(level)] = {{"covered", horizon.covered[level]},
                                    {"pinball_over_best", horizon.pinball[level]},
                                    {"best", kBaselineNames[horizon.pinball_best[level]]}};
  return {{"ahead", ahead},
          {"judged", horizon.judged},
          {"series", horizon.series},
          {"mae_over_day_ago", errors},
          {"best", kBaselineNames[horizon.best]},
          {"over_best", horizon.over_best},
          {"over_best_of_each", horizon.over_each},
          {"quantiles", quantiles}};
}

}  // namespace

std::string to_table(const ForecastResults& results) {
  std::vector<std::string> head{"mean error / day_ago's"};
  for (const auto ahead : DemandForecast::kHorizons)
    head.push_back(std::to_string(ahead) + (ahead == 1 ? " step" : " steps"));
  Columns table(head);
  add_errors(table, results);
  add_quantiles(table, results);
  return header(results) + table.text() + (results.bursts ? bursts_line(*results.bursts) : "");
}

std::string to_json(const ForecastResults& results) {
  nlohmann::ordered_json out = {{"trace", results.trace},           {"series", results.series},
                                {"steps", results.steps},           {"interval_s", results.interval_s},
                                {"score_from", results.score_from}, {"horizons", nlohmann::ordered_json::array()}};
  for (std::size_t i = 0; i < kHorizons; ++i)
    out["horizons"].push_back(json_of(results.horizons[i], DemandForecast::kHorizons[i]));
  if (results.bursts)
    out["bursts"] = {{"windows", results.bursts->windows},
                     {"found", results.bursts->found},
                     {"false_alarms", results.bursts->false_alarms},
                     {"days", results.bursts->days},
                     {"delay_s", results.bursts->delay_s()}};
  return out.dump(2) + '\n';
}

}  // namespace harbinger::replay
