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
#include "server/replay/models.h"
#include "server/replay/plots.h"
#include "server/replay/progress.h"
#include "server/replay/read_trace.h"
#include "server/replay/refresh_replay.h"
#include "server/replay/results.h"
#include "server/replay/steer_replay.h"
#include "server/replay/synthetic.h"
#include "server/replay/wire_contender.h"

namespace harbinger::replay {

namespace {

enum Exit { kDone = 0, kFailed = 1 };

// A trace, and where judging begins.
struct Subject {
  Trace trace;
  std::size_t score_from = 0;
};

std::string name_of(const CommandLine& line) {
  if (!line.name.empty()) return line.name;
  const auto& files = line.files.empty() ? line.test : line.files;
  std::string name;
  for (const auto& file : files)
    name += (name.empty() ? "" : "+") + (file == "-" ? "stdin" : std::filesystem::path(file).filename().string());
  return name;
}

std::uint32_t share_of(const Trace& trace, double share) {
  return static_cast<std::uint32_t>(static_cast<double>(trace.visits.size()) * share);
}

class Loader {
 public:
  Loader(const CommandLine& line, LineFormat& format, Progress& progress)
      : line_(line), format_(format), progress_(progress) {}

  Result<Subject> load() {
    Subject subject;
    subject.trace.name = name_of(line_);
    auto done = line_.train.empty() ? load_one(subject) : load_pair(subject);
    progress_.clear();
    complaints_.close();
    if (!done) return fail(done.error());
    if (subject.trace.visits.empty()) return fail(ErrorCode::malformed, "no usable access in " + subject.trace.name);
    return subject;
  }

 private:
  Result<void> read(const std::vector<std::string>& files, Trace& trace) {
    Reading reading{.files = files, .filters = line_.filters};
    reading.progress = [this](double share) { progress_.show("reading", share); };
    const auto counts = read_trace(reading, format_, complaints_, trace);
    if (!counts) return fail(counts.error());
    return {};
  }

  Result<void> load_one(Subject& subject) {
    const auto done = read(line_.files, subject.trace);
    subject.score_from = share_of(subject.trace, line_.score_from);
    return done;
  }

  // The test part comes after the training part, by whole days when its own times say otherwise.
  Result<void> load_pair(Subject& subject) {
    auto& trace = subject.trace;
    if (const auto done = read(line_.train, trace); !done) return done;
    const auto train = std::move(trace.visits);
    trace.visits.clear();
    if (const auto done = read(line_.test, trace); !done) return done;
    if (!train.empty() && !trace.visits.empty()) {
      constexpr UnixMillis kDay = 24 * 3600 * 1000;
      const auto behind = train.back().at - trace.visits.front().at;
      const auto shift = behind < 0 ? 0 : (behind / kDay + 1) * kDay;
      for (auto& visit : trace.visits) visit.at += shift;
    }
    trace.visits.insert(trace.visits.begin(), train.begin(), train.end());
    subject.score_from = train.size();
    return {};
  }

  const CommandLine& line_;
  LineFormat& format_;
  Progress& progress_;
  Complaints complaints_{std::cerr};
};

Result<Subject> load(const CommandLine& line, Progress& progress) {
  if (!line.synthetic.empty()) {
    Subject subject{.trace = line.synthetic == "day" ? trace_of(make_synthetic_day({.seed = line.seed}))
                                                     : uniform_trace({.seed = line.seed})};
    subject.score_from = share_of(subject.trace, line.score_from);
    return subject;
  }
  const auto format = make_format(line.format, line.columns);
  if (!format) return fail(format.error());
  return Loader(line, **format, progress).load();
}

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

bool write_plots(const std::filesystem::path& folder, const Results& results) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  return write(folder / "coverage.svg", coverage_plot(results)) &&
         write(folder / "hit_rate.svg", hit_rate_plot(results));
}

}  // namespace

int run(const CommandLine& line) {
  if (line.steer) {
    const auto results = replay_steering(line);
    if (results) return report(line, to_table(*results), to_json(*results)) ? kDone : kFailed;
    std::cerr << "harbinger-replay: " << results.error().to_string() << '\n';
    return kFailed;
  }
  Progress progress;
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
