#include "server/replay/replay.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "learn/synthetic_day.h"
#include "persona/module_loader.h"
#include "persona/start_weights.h"
#include "plugins/all.h"
#include "server/replay/chain_contender.h"
#include "server/replay/cpt_protocol.h"
#include "server/replay/forecast_replay.h"
#include "server/replay/models.h"
#include "server/replay/orchestrate_run.h"
#include "server/replay/placement_replay.h"
#include "server/replay/plots.h"
#include "server/replay/progress.h"
#include "server/replay/provision_run.h"
#include "server/replay/read_trace.h"
#include "server/replay/refresh_replay.h"
#include "server/replay/results.h"
#include "server/replay/steer_replay.h"
#include "server/replay/subject.h"
#include "server/replay/synthetic.h"
#include "server/replay/wire_contender.h"

namespace harbinger::replay {

namespace {

enum Exit { kDone = 0, kFailed = 1 };

// The persona engine's network, as a server starts with it.
Result<std::shared_ptr<const persona::Network>> network_of(const CommandLine& line) {
  auto network = persona::load_network(line.seed);
  if (!network) return fail(std::move(network.error()));
  if (const auto model = persona::shipped_start_model())
    if (auto loaded = persona::load_weights(**network, *model); !loaded) return fail(std::move(loaded.error()));
  return std::shared_ptr<const persona::Network>(std::move(*network));
}

Result<ModelSettings> model_settings(const CommandLine& line) {
  ModelSettings settings{
      .gap_ms = line.gap_ms, .contexts = line.contexts, .only = line.models, .personas = line.personas};
  if (line.personas != "engine") return settings;
  auto network = network_of(line);
  if (!network) return fail(std::move(network.error()));
  settings.network = std::move(*network);
  return settings;
}

std::string protocol_sentence(const CommandLine& line) {
  std::string sentence = line.frozen ? "models learn nothing from the judged part" : "test, then train";
  if (!line.train.empty()) return sentence + "; learnt from the training files first";
  char share[32];
  std::snprintf(share, sizeof share, "%.4g", 100 * (1 - line.score_from));
  return sentence + "; judged on the last " + share + " % in time";
}

Result<Results> judge_online(const CommandLine& line, const ModelSettings& models, const Subject& subject,
                             Progress& progress) {
  const auto& trace = subject.trace;
  const Sessions sessions(trace, line.gap_ms, line.train.empty() ? 0 : subject.score_from);
  Results results{
      .trace = trace.name, .protocol = protocol_sentence(line), .waste = line.waste, .network = line.network};
  results.timed = trace.timed;
  results.accesses = trace.visits.size();
  results.bounds = find_bounds(trace, sessions, subject.score_from, line.frozen, line.network);
  results.steps = results.bounds.targets;
  results.needs = results.bounds.needs;
  results.sessions = results.bounds.sessions;
  const auto judge_one = [&](Contender& contender) {
    const auto name = contender.names().front();
    Judging judging{.score_from = subject.score_from, .frozen = line.frozen, .network = line.network};
    judging.time_bins = std::clamp<std::size_t>(results.steps / 50, 8, 40);  // fewer steps would only show chance
    judging.progress = [&](double share) { progress.show(name, share); };
    for (const auto& verdict : judge(trace, sessions, judging, contender)) {
      results.models.push_back(summarize(verdict, line.waste));
      results.models.back().personas = contender.personas();
    }
  };
  for (const auto& make : contenders(trace, models)) judge_one(*make());
  if (!line.through.empty()) {
    const auto chain = make_chain_contender(trace, line.through, all_plugins());
    if (!chain) return fail(chain.error());
    judge_one(**chain);
  }
  if (!line.server.empty()) {
    const auto address = SocketAddress::parse(line.server, 53);
    if (!address) return fail(ErrorCode::malformed, "--server: " + address.error().message);
    judge_one(**make_wire_contender(trace, *address, line.speed));
  }
  progress.clear();
  const ModelResult* like = nullptr;
  for (const auto& model : results.models)
    if (like == nullptr || model.name == "harbinger") like = &model;
  results.models.push_back(oracle(results.bounds, like));
  return results;
}

Results judge_cpt(const ModelSettings& models, const Subject& subject, Progress& progress) {
  const CptProtocol protocol;
  const auto scores = run_cpt(subject.trace, protocol, contenders(subject.trace, models),
                              [&](double share) { progress.show("folds", share); });
  progress.clear();
  Results results{
      .trace = subject.trace.name,
      .protocol = "CPT+ protocol: 14 folds, the last item from the five before it, nothing learnt while judged"};
  results.timed = false;
  results.accesses = subject.trace.visits.size();
  for (const auto& score : scores) {
    results.steps = score.ranking.steps();
    results.models.push_back({.name = score.name,
                              .top1 = score.ranking.top(1),
                              .top3 = score.ranking.top(3),
                              .top5 = score.ranking.top(5),
                              .top20 = score.ranking.top(20),
                              .mrr20 = score.ranking.mrr(),
                              .seconds = score.seconds});
  }
  return results;
}

Result<Results> judge(const CommandLine& line, const Subject& subject, Progress& progress) {
  const auto models = model_settings(line);
  if (!models) return fail(models.error());
  return line.protocol == "cpt" ? judge_cpt(*models, subject, progress)
                                : judge_online(line, *models, subject, progress);
}

// A day of our own making has its feed at once; a trace is made into one.
RefreshResults judge_refresh(const CommandLine& line, const Subject& subject, Progress& progress) {
  const bool day = line.synthetic == "day";
  const auto feed = day ? make_synthetic_day({.seed = line.seed}) : feed_of(subject.trace, line.negative_ttl_s);
  const RefreshReplay replay{.score_from = line.score_from_given ? line.score_from : 0,
                             .upstream_caches = line.upstream_caches};
  auto results =
      replay_refresh(subject.trace.name, feed, replay, [&](std::string_view policy) { progress.show(policy, 0); });
  progress.clear();
  return results;
}

Result<PlacementFeed> placement_feed(const CommandLine& line, Progress& progress) {
  if (line.synthetic == "flash") return flash_crowd(line.seed);
  if (line.format.starts_with("keys-")) {
    auto feed = read_keys(line.files.front(), line.format);
    if (feed) feed->name = name_of(line);
    return feed;
  }
  const auto subject = load(line, progress);
  if (!subject) return fail(subject.error());
  auto feed = feed_of_clients(subject->trace);
  if (feed.wants.empty()) return fail(ErrorCode::malformed, "no access with a size in " + subject->trace.name);
  return feed;
}

Result<PlacementResults> judge_placement(const CommandLine& line, Progress& progress) {
  PlacementReplay replay{.sweep = line.placement_sweep};
  replay.world.score_from = line.score_from_given ? line.score_from : 0.25;
  if (const auto done = set_placement(line.placement_with, replay); !done) return fail(done.error());
  const auto feed = placement_feed(line, progress);
  if (!feed) return fail(feed.error());
  auto results = replay_placement(*feed, replay, [&](std::string_view placer) { progress.show(placer, 0); });
  progress.clear();
  return results;
}

Result<std::vector<SeriesGroup>> series_groups(const CommandLine& line, Progress& progress) {
  constexpr std::int64_t kHour = 3600;
  const auto interval = line.interval_ms / 1000;
  Complaints complaints(std::cerr);
  std::vector<SeriesGroup> groups;
  const auto take = [&](Result<SeriesGroup> group) -> Result<void> {
    if (!group) return fail(group.error());
    groups.push_back(std::move(*group));
    return {};
  };
  Result<void> done;
  if (line.format == "azure-arrivals") {
    done = take(read_arrivals(line.files, interval, complaints));
  } else if (line.format == "series") {
    for (const auto& file : line.files)
      if (done) done = take(read_series(file, interval, complaints));
  } else {
    const auto subject = load(line, progress);
    if (!subject) return fail(subject.error());
    if (!subject->trace.timed) return fail(ErrorCode::malformed, "--forecast needs accesses with times");
    groups.push_back(count_series(subject->trace, line.top, interval > 0 ? interval : kHour));
  }
  complaints.close();
  if (!done) return fail(done.error());
  return groups;
}

Result<ForecastResults> judge_forecast(const CommandLine& line, Progress& progress) {
  ForecastReplay replay;
  if (line.score_from_given) replay.score_from = line.score_from;
  if (!line.windows.empty()) {
    auto windows = read_windows(line.windows);
    if (!windows) return fail(windows.error());
    replay.windows = std::move(*windows);
  }
  const auto groups = series_groups(line, progress);
  if (!groups) return fail(groups.error());
  auto results =
      replay_forecast(name_of(line), *groups, replay, [&](double share) { progress.show("forecast", share); });
  progress.clear();
  if (std::ranges::all_of(results.horizons, [](const auto& horizon) { return horizon.series == 0; }))
    return fail(ErrorCode::malformed,
                "nothing to judge in " + results.trace + ": expected series of more than a day, with days that differ");
  return results;
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) std::cerr << "harbinger-replay: cannot write " << path.string() << '\n';
  return bool(file);
}

// False when something could not be written.
bool report(const CommandLine& line, const std::string& table, const std::string& json) {
  std::cout << (line.json == "-" ? json : table) << std::flush;
  return std::cout.good() && (line.json.empty() || line.json == "-" || write(line.json, json));
}

bool write_plot(const std::filesystem::path& folder, const char* name, const std::string& svg) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return write(folder / name, svg);
}

bool write_plots(const std::filesystem::path& folder, const Results& results) {
  return write_plot(folder, "coverage.svg", coverage_plot(results)) &&
         write_plot(folder, "hit_rate.svg", hit_rate_plot(results));
}

}  // namespace

int run(const CommandLine& line) {
  Progress progress;
  const auto conclude = [&](const auto& results) {
    if (results) return report(line, to_table(*results), to_json(*results)) ? kDone : kFailed;
    std::cerr << "harbinger-replay: " << results.error().to_string() << '\n';
    return kFailed;
  };
  if (line.steer) return conclude(replay_steering(line));
  if (line.placement) {
    const auto results = judge_placement(line, progress);
    const bool drawn =
        !results || line.plots.empty() || write_plot(line.plots, "placement.svg", placement_plot(*results));
    return drawn ? conclude(results) : kFailed;
  }
  if (line.provision) {
    const auto results = judge_provision(line, progress);
    const bool drawn =
        !results || line.plots.empty() || write_plot(line.plots, "provision.svg", provision_plot(*results));
    return drawn ? conclude(results) : kFailed;
  }
  if (line.orchestrate) {
    const auto report = judge_orchestration(line, progress);
    const bool drawn = !report || report->plot.empty() || line.plots.empty() ||
                       write_plot(line.plots, "orchestrate.svg", report->plot);
    return drawn ? conclude(report) : kFailed;
  }
  if (line.forecast) return conclude(judge_forecast(line, progress));
  auto subject = load(line, progress);
  if (!subject) {
    std::cerr << "harbinger-replay: " << subject.error().to_string() << '\n';
    return kFailed;
  }
  if (line.shuffle_labels) shuffle_labels(subject->trace, line.seed);
  if (line.refresh) {
    const auto results = judge_refresh(line, *subject, progress);
    return report(line, to_table(results), to_json(results)) ? kDone : kFailed;
  }
  const auto results = judge(line, *subject, progress);
  if (!results) {
    std::cerr << results.error().to_string() << '\n';
    return kFailed;
  }
  bool written = report(line, to_table(*results), to_json(*results));
  if (!line.plots.empty() && line.protocol != "cpt") written = write_plots(line.plots, *results) && written;
  return written ? kDone : kFailed;
}

}  // namespace harbinger::replay
