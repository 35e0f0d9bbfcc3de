#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/replay/columns.h"
#include "server/replay/placement_replay.h"
#include "server/replay/plots.h"

namespace harbinger::replay {

namespace {

double part(std::uint64_t some, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

// Octets pushed for each that is not missed any more; 0 where nothing is gained.
double per_gained(const PlacementReport& report, const PlacementReport& none) {
  return none.missed_octets > report.missed_octets
             ? part(report.pushed_octets, none.missed_octets - report.missed_octets)
             : 0;
}

std::string megabytes(double octets) { return decimal(octets / 1e6, 1) + " MB"; }

std::string header(const PlacementResults& results) {
  const auto& none = *results.of("none_sieve");
  return results.trace + ": " + std::to_string(none.requests) + " requests judged, " +
         megabytes(static_cast<double>(none.octets)) + "; " + std::to_string(results.clusters) +
         " clusters with a cache of " + megabytes(static_cast<double>(results.capacity)) +
         " each, of which mirrors may take " + percent(results.replay.world.mirror_share) +
         " %; a plan of 100,000 demands takes " + decimal(results.plan_ms, 1) + " ms\n\n";
}

std::vector<std::string> row(const PlacementResults& results, const PlacementResult& result) {
  const auto& report = result.report;
  return {result.name,
          percent(part(report.missed_octets, report.octets)),
          percent(part(report.missed_requests, report.requests)),
          percent(results.closed(report)),
          percent(part(report.mirror_octets, report.octets)),
          percent(part(report.pushed_octets, report.octets)),
          decimal(per_gained(report, *results.of("none_sieve")), 2),
          percent(part(report.late, report.late + report.mirror_requests)),
          std::to_string(report.mirrors),
          percent(part(report.false_mirrors, report.mirrors)),
          report.flash == 0 ? "-" : percent(part(report.flash_in_time, report.flash)),
          decimal(result.seconds, 1)};
}

nlohmann::ordered_json json_of(const PlacementResults& results, const PlacementResult& result) {
  const auto& r = result.report;
  return {{"byte_misses", part(r.missed_octets, r.octets)},
          {"object_misses", part(r.missed_requests, r.requests)},
          {"closed", results.closed(r)},
          {"coverage_octets", part(r.mirror_octets, r.octets)},
          {"coverage_requests", part(r.mirror_requests, r.requests)},
          {"pushed", part(r.pushed_octets, r.octets)},
          {"pushed_octets", r.pushed_octets},
          {"pushed_per_gained", per_gained(r, *results.of("none_sieve"))},
          {"late", part(r.late, r.late + r.mirror_requests)},
          {"mirrors", r.mirrors},
          {"false_mirrors", part(r.false_mirrors, r.mirrors)},
          {"flash_in_time", part(r.flash_in_time, r.flash)},
          {"cpu_seconds", result.seconds}};
}

// What `like` covers, for how many of its pushed octets ours covers it too: between the two of our points around it. Negative: none reaches it.
double pushed_for(const PlacementResults& results, double coverage) {
  std::vector<std::pair<double, double>> points;
  const auto add = [&](const PlacementReport& r) {
    points.emplace_back(part(r.mirror_octets, r.octets), static_cast<double>(r.pushed_octets));
  };
  for (const auto& each : results.curve) add(each.report);
  add(*results.of("harbinger"));
  std::ranges::sort(points);
  const auto above = std::ranges::find_if(points, [&](const auto& point) { return point.first >= coverage; });
  if (above == points.end()) return -1;
  if (above == points.begin()) return above->second;
  const auto& [x0, y0] = *(above - 1);
  return y0 + (above->second - y0) * (coverage - x0) / (above->first - x0);
}

std::string curves(const PlacementResults& results) {
  Columns table({"coverage and pushes, %", "covered", "pushed", "ours for the same", "byte misses", "false"});
  const auto add = [&](const PlacementResult& each) {
    const auto& r = each.report;
    const auto like = pushed_for(results, part(r.mirror_octets, r.octets));
    const bool top = each.name != "harbinger";
    table.add({each.name, percent(part(r.mirror_octets, r.octets)), percent(part(r.pushed_octets, r.octets)),
               !top || like < 0 ? "-" : percent(like / static_cast<double>(r.octets)),
               percent(part(r.missed_octets, r.octets)), percent(part(r.false_mirrors, r.mirrors))});
  };
  for (const auto& each : results.top_curve) add(each);
  for (const auto& each : results.placers)
    if (each.name == "yesterdays_top" || each.name == "harbinger") add(each);
  for (const auto& each : results.curve) add(each);
  return '\n' + table.text();
}

}  // namespace

std::string to_table(const PlacementResults& results) {
  const auto& none = *results.of("none_sieve");
  Columns table({"placement, %", "byte misses", "object misses", "gap closed", "covered", "pushed", "pushed/gained",
                 "late", "mirrors", "false", "flash in time", "CPU s"});
  for (const auto& each : results.placers) table.add(row(results, each));
  table.add({"bound", percent(part(results.bound.missed_octets, none.octets)),
             percent(part(results.bound.missed_requests, none.requests)), "100.0", "-", "-", "-", "-", "-", "-", "-",
             "-"});
  return header(results) + table.text() + (results.curve.empty() ? "" : curves(results));
}

std::string to_json(const PlacementResults& results) {
  const auto& none = *results.of("none_sieve");
  nlohmann::ordered_json out = {{"trace", results.trace},
                                {"requests", none.requests},
                                {"octets", none.octets},
                                {"clusters", results.clusters},
                                {"cache_octets", results.capacity},
                                {"plan_100k_ms", results.plan_ms},
                                {"bound",
                                 {{"byte_misses", part(results.bound.missed_octets, none.octets)},
                                  {"object_misses", part(results.bound.missed_requests, none.requests)}}},
                                {"placement", nlohmann::ordered_json::object()}};
  for (const auto& each : results.placers) out["placement"][each.name] = json_of(results, each);
  for (const auto& each : results.curve) out["curve"].push_back(json_of(results, each));
  for (const auto& each : results.top_curve) out["yesterdays_top_curve"].push_back(json_of(results, each));
  return out.dump(2) + '\n';
}

std::string placement_plot(const PlacementResults& results) {
  std::vector<ShareCurve> curves{{"harbinger", {}}, {"yesterday's top", {}}};
  const auto add = [&](ShareCurve& curve, const PlacementReport& r) {
    curve.points.emplace_back(part(r.pushed_octets, r.octets), part(r.mirror_octets, r.octets));
  };
  add(curves[0], *results.of("harbinger"));
  for (const auto& each : results.curve) add(curves[0], each.report);
  add(curves[1], *results.of("yesterdays_top"));
  for (const auto& each : results.top_curve) add(curves[1], each.report);
  for (auto& curve : curves) std::ranges::sort(curve.points);
  return share_plot("Octets served from mirrors: " + results.trace, "octets pushed, of those served",
                    "octets served from mirrors", curves);
}

}  // namespace harbinger::replay
