#include "server/replay/orchestrate_run.h"

#include <algorithm>
#include <iostream>

#include "server/replay/act_log.h"
#include "server/replay/next_judge.h"
#include "server/replay/subject.h"
#include "server/replay/users_replay.h"

namespace harbinger::replay {

namespace {

constexpr std::size_t kMostWords = 5000;

std::string protocol_of(const CommandLine& line) {
  if (!line.train.empty()) return "test, then train; learnt from the training files first";
  return "test, then train; judged on the last " + std::to_string(100 - static_cast<int>(100 * line.score_from)) + " %";
}

// Reads both halves of a pair, or all files; tells where what is judged begins.
template <class Read, class Size>
Result<std::size_t> read_parts(const CommandLine& line, const Read& read, const Size& size) {
  if (const auto done = read(line.train.empty() ? line.files : line.train); !done) return fail(done.error());
  if (line.train.empty()) return static_cast<std::size_t>(line.score_from * static_cast<double>(size()));
  const auto judged = size();
  if (const auto done = read(line.test); !done) return fail(done.error());
  return judged;
}

Result<std::vector<NextFeed>> arrival_feeds(const CommandLine& line) {
  Complaints complaints(std::cerr);
  BatchArrivals arrivals;
  const auto judged = read_parts(
      line, [&](const auto& files) { return read_batches(files, complaints, arrivals); },
      [&] { return arrivals.batches.size(); });
  complaints.close();
  if (!judged) return fail(judged.error());
  arrivals.score_from = *judged;
  std::vector<NextFeed> feeds;
  for (const auto make : {machine_flavours, flavours_and_ends, first_flavours, batch_sizes})
    feeds.push_back(make(arrivals));
  return feeds;
}

Result<std::vector<NextFeed>> act_feeds(const CommandLine& line) {
  auto format = orchestrate::make_activity_format(line.format, line.columns);
  if (!format) return fail(format.error());
  Complaints complaints(std::cerr);
  ActLog log;
  const auto judged = read_parts(
      line, [&](const auto& files) { return read_acts(files, **format, complaints, log); },
      [&] { return log.acts.size(); });
  complaints.close();
  if (!judged) return fail(judged.error());
  std::vector<NextFeed> feeds;
  for (const auto make : {acts_of_actors, acts_of_all}) {
    feeds.push_back(make(log, *judged, line.gap_ms));
    feeds.push_back(without_repeats(feeds.back()));
  }
  return feeds;
}

Result<std::vector<NextFeed>> trace_feeds(const CommandLine& line, Progress& progress) {
  const auto subject = load(line, progress);
  if (!subject) return fail(subject.error());
  std::vector<NextFeed> feeds{feed_of_trace(subject->trace, subject->score_from, line.gap_ms)};
  feeds.push_back(without_repeats(feeds.front()));
  return feeds;
}

bool is_act_log(const CommandLine& line) {
  const auto words = orchestrate::activity_formats();
  return std::ranges::find(words, line.format) != words.end();
}

Result<NextResults> judge_sequences(const CommandLine& line, Progress& progress) {
  const auto feeds = line.format == "azure-arrivals" ? arrival_feeds(line)
                     : is_act_log(line)              ? act_feeds(line)
                                                     : trace_feeds(line, progress);
  if (!feeds) return fail(feeds.error());
  NextResults results{.trace = name_of(line), .protocol = protocol_of(line)};
  for (const auto& feed : *feeds) {
    if (feed.words.size() > kMostWords)
      return fail(ErrorCode::too_large, results.trace + ": expected at most " + std::to_string(kMostWords) +
                                            " different words to choose from, and there are " +
                                            std::to_string(feed.words.size()));
    auto scores = judge_next(feed, next_families(feed.distinct),
                             [&](std::string_view name, double share) { progress.show(name, share); });
    if (scores.judged > 0) results.feeds.push_back(std::move(scores));
  }
  progress.clear();
  if (results.feeds.empty()) return fail(ErrorCode::malformed, "nothing to judge in " + results.trace);
  return results;
}

}  // namespace

Result<OrchestrateReport> judge_orchestration(const CommandLine& line, Progress& progress) {
  if (line.synthetic == "users") {
    const auto results = replay_users(line, progress);
    return OrchestrateReport{to_table(results), to_json(results), users_plot(results)};
  }
  const auto results = judge_sequences(line, progress);
  if (!results) return fail(results.error());
  return OrchestrateReport{to_table(*results), to_json(*results), {}};
}

}  // namespace harbinger::replay
