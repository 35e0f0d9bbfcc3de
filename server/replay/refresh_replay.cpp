#include "server/replay/refresh_replay.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "learn/refresh_policies.h"
#include "server/replay/columns.h"
#include "server/replay/cpu_time.h"

namespace harbinger::replay {

namespace {

constexpr std::uint32_t kUsualRttUs = 20'000;  // where a trace tells none

bool was_answered(const Visit& visit) {
  return visit.outcome == Outcome::served || visit.outcome == Outcome::not_found;
}

struct Policy {
  const char* name;
  std::function<std::unique_ptr<RefreshPlanner>(const DnsFeed&)> make;
};

std::vector<Policy> policies() {
  return {{"none", [](const DnsFeed&) { return nullptr; }},
          {"ttl_refresh", [](const DnsFeed&) { return make_ttl_refresh(); }},
          {"periodic", [](const DnsFeed&) { return make_periodic_refresh(); }},
          {"harbinger", [](const DnsFeed&) { return make_refresh_planner(); }},
          {"oracle", [](const DnsFeed& feed) { return make_oracle_refresh(feed); }}};
}

}  // namespace

DnsFeed feed_of(const Trace& trace, std::uint32_t negative_ttl_s) {
  DnsFeed feed;
  for (const auto& visit : trace.visits) {
    if (!was_answered(visit)) continue;
    feed.questions.push_back({.at = visit.at,
                              .client = visit.client + 1ULL,
                              .record = feed.record(trace.resources.text(visit.resource), visit.type),
                              .ttl_s = visit.ttl_s > 0 ? visit.ttl_s : negative_ttl_s,
                              .rtt_us = visit.latency_us > 0 ? visit.latency_us : kUsualRttUs,
                              .negative = visit.outcome == Outcome::not_found || visit.ttl_s == 0});
  }
  return feed;
}

RefreshResults replay_refresh(std::string trace, const DnsFeed& feed, const RefreshReplay& replay,
                              const std::function<void(std::string_view)>& progress) {
  RefreshResults results{.trace = std::move(trace), .upstream_caches = replay.upstream_caches, .policies = {}};
  RefreshSetting setting;
  setting.upstream_caches = replay.upstream_caches;
  const auto& questions = feed.questions;
  if (!questions.empty() && replay.score_from > 0)
    setting.score_from =
        questions.front().at +
        static_cast<UnixMillis>(replay.score_from * static_cast<double>(questions.back().at - questions.front().at));
  for (const auto& policy : policies()) {
    progress(policy.name);
    const auto begin = cpu_seconds();
    const auto planner = policy.make(feed);
    const auto report = simulate_refresh(feed, planner.get(), setting);
    const auto& none = results.policies.empty() ? report : results.policies.front().report;
    results.policies.push_back({policy.name, report, gain(report, none), cpu_seconds() - begin});
  }
  return results;
}

std::string to_table(const RefreshResults& results) {
  const auto& none = results.policies.front().report;
  std::string out = results.trace + ": " + std::to_string(none.questions) + " questions judged; without refreshing " +
                    std::to_string(none.misses) + " misses, of them " + std::to_string(none.cold) +
                    " the first question for a record\n";
  if (results.upstream_caches) out += "The trace was taken in front of a cache: its TTLs are what was left there.\n";
  Columns table({"refreshing ahead, %", "misses removed", "upstream queries", "late", "waiting saved", "useful", "lead",
                 "CPU s"});
  for (const auto& [name, report, gain, seconds] : results.policies) {
    const auto useful = report.ahead == 0 ? 0 : static_cast<double>(report.useful) / static_cast<double>(report.ahead);
    table.add({name, percent(gain.removed), percent(gain.upstream_ratio), percent(gain.late),
               percent(gain.waiting_saved), percent(useful), span_text(report.lead_ms), decimal(seconds, 1)});
  }
  return out + '\n' + table.text();
}

std::string to_json(const RefreshResults& results) {
  nlohmann::ordered_json out = {{"trace", results.trace},
                                {"steps", results.policies.front().report.questions},
                                {"upstream_caches", results.upstream_caches},
                                {"refresh", nlohmann::ordered_json::object()}};
  for (const auto& [name, report, gain, seconds] : results.policies)
    out["refresh"][name] = {{"removed", gain.removed},
                            {"removed_cacheable", gain.removed_cacheable},
                            {"upstream_ratio", gain.upstream_ratio},
                            {"late", gain.late},
                            {"waiting_saved", gain.waiting_saved},
                            {"lead_ms", report.lead_ms},
                            {"hits", report.hits},
                            {"misses", report.misses},
                            {"cold", report.cold},
                            {"joined", report.joined},
                            {"ahead", report.ahead},
                            {"useful", report.useful},
                            {"seconds", seconds}};
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace harbinger::replay
