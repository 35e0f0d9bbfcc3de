#include "server/replay/provision_run.h"

#include <algorithm>
#include <iostream>

#include "server/replay/subject.h"

namespace harbinger::replay {

namespace {

Result<ProvisionFeed> counts(const CommandLine& line) {
  Complaints complaints(std::cerr);
  const auto interval = line.interval_ms / 1000;
  auto group = line.format == "azure-arrivals"    ? read_arrivals(line.files, interval, complaints)
               : line.format == "azure-functions" ? read_functions(line.files, interval, complaints)
                                                  : read_series(line.files.front(), interval, complaints);
  complaints.close();
  if (!group) return fail(group.error());
  return feed_of_counts(name_of(line), *group);
}

Result<ProvisionFeed> feed_of(const CommandLine& line, Progress& progress) {
  constexpr std::int64_t kSecond = 1000;
  if (line.synthetic == "dns-led") return led_arrivals({.seed = line.seed});
  if (line.format == "azure-arrivals" || line.format == "azure-functions" || line.format == "series")
    return counts(line);
  const auto subject = load(line, progress);
  if (!subject) return fail(subject.error());
  if (!subject->trace.timed) return fail(ErrorCode::malformed, "--provision needs accesses with times");
  return feed_of_sessions(subject->trace, line.gap_ms, line.after_ms,
                          line.interval_ms > 0 ? line.interval_ms : kSecond);
}

}  // namespace

Result<ProvisionResults> judge_provision(const CommandLine& line, Progress& progress) {
  constexpr std::size_t kFewest = 100;
  const auto feed = feed_of(line, progress);
  if (!feed) return fail(feed.error());
  if (feed->steps() < kFewest)
    return fail(ErrorCode::malformed, "expected at least 100 steps in " + feed->name + ", of which there are " +
                                          std::to_string(feed->steps()) + "; --interval makes them shorter");
  ProvisionReplay replay{.start = std::chrono::milliseconds(line.start_ms)};
  if (line.score_from_given) replay.score_from = line.score_from;
  auto results = replay_provision(*feed, replay, [&](std::string_view policy) { progress.show(policy, 0); });
  progress.clear();
  if (results.arrivals <= 0)
    return fail(ErrorCode::malformed, "nobody wants an instance in the judged part of " + results.trace);
  return results;
}

}  // namespace harbinger::replay
