#include "server/replay/next_feed.h"

#include <optional>
#include <unordered_map>

namespace harbinger::replay {

namespace {

struct Latest {
  std::uint32_t word = 0;
  std::size_t step = 0;  // of the new feed
};

}  // namespace

NextFeed without_repeats(const NextFeed& feed) {
  NextFeed out{
      .kind = feed.kind, .title = feed.title + ", other than the last", .words = {}, .streams = {}, .distinct = true};
  for (std::uint32_t i = 0; i < feed.words.size(); ++i) out.words.intern(feed.words.text(i));
  for (std::uint32_t i = 0; i < feed.streams.size(); ++i) out.streams.intern(feed.streams.text(i));
  std::unordered_map<std::uint32_t, Latest> latest;
  for (std::size_t i = 0; i < feed.steps.size(); ++i) {
    if (i == feed.score_from) out.score_from = out.steps.size();
    const auto& step = feed.steps[i];
    const auto [known, first] = latest.try_emplace(step.cue.stream);
    if (!first && !step.begins && known->second.word == step.word) {
      out.steps[known->second.step].traits = step.traits;
      continue;
    }
    known->second = {step.word, out.steps.size()};
    out.steps.push_back(step);
  }
  if (feed.score_from >= feed.steps.size()) out.score_from = out.steps.size();
  return out;
}

NextFeed feed_of_trace(const Trace& trace, std::size_t score_from, UnixMillis gap) {
  NextFeed feed{.title = "next resource of a client", .words = {}, .streams = {}, .score_from = score_from};
  for (std::uint32_t i = 0; i < trace.resources.size(); ++i) feed.words.intern(trace.resources.text(i));
  for (std::uint32_t i = 0; i < trace.clients.size(); ++i) feed.streams.intern(trace.clients.text(i));
  std::vector<std::optional<UnixMillis>> latest(trace.clients.size());
  for (const auto& visit : trace.visits) {
    auto& last = latest[visit.client];
    NextStep step{
        .cue = {.stream = visit.client, .made = last.value_or(visit.at)}, .word = visit.resource, .at = visit.at};
    step.begins = !last || visit.at - *last > gap;
    step.traits[0] = static_cast<std::uint32_t>(visit.outcome) + 1;
    last = visit.at;
    feed.steps.push_back(step);
  }
  return feed;
}

}  // namespace harbinger::replay
