#include "server/replay/act_log.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "server/replay/line_input.h"

namespace harbinger::replay {

namespace {

using orchestrate::ActivityRecord;

class ActReader {
 public:
  ActReader(orchestrate::ActivityFormat& format, Complaints& complaints, ActLog& log)
      : format_(format), complaints_(complaints), log_(log) {}

  Result<void> read(const std::string& file) {
    auto source = open_octets(file);
    if (!source) return fail(source.error());
    const std::string name = file == "-" ? "standard input" : file;
    LineInput input(std::move(*source));
    format_.begin_file();
    const orchestrate::ActivityFormat::Use use{
        [this](const ActivityRecord& record) { take(record); },
        [&](const persona::LogTrouble& trouble) { complaints_.line(name, input.number(), trouble.text); }};
    while (const auto line = input.next()) format_.read(*line, use);
    if (const auto trouble = input.source().trouble(); !trouble.empty()) complaints_.file(name, trouble);
    return {};
  }

 private:
  void take(const ActivityRecord& record) {
    ++log_.records;
    if (record.actor.empty() || !record.at) {
      ++log_.nameless;
      return;
    }
    if (told_before(record)) {
      ++log_.repeated;
      return;
    }
    const auto what = std::string(record.source) + ' ' + std::string(record.kind) + ' ' + std::string(record.verb);
    log_.acts.push_back({.at = *record.at,
                         .actor = log_.actors.intern(record.actor),
                         .what = log_.whats.intern(what),
                         .scope = log_.scopes.intern(record.scope),
                         .outcome = record.outcome,
                         .actor_class = record.actor_class,
                         .changes = record.changes});
  }

  bool told_before(const ActivityRecord& record) {
    if (record.request.empty()) return false;
    std::string all;
    for (const auto part : {record.request, record.actor, record.kind, record.verb}) (all += part) += '\n';
    return !requests_.insert(all + std::to_string(*record.at)).second;
  }

  orchestrate::ActivityFormat& format_;
  Complaints& complaints_;
  ActLog& log_;
  std::unordered_set<std::string> requests_;
};

void copy(const Names& from, Names& to) {
  for (std::uint32_t i = 0; i < from.size(); ++i) to.intern(from.text(i));
}

NextFeed feed_of(const ActLog& log, std::size_t score_from, UnixMillis gap, bool by_actor) {
  NextFeed feed{.title = by_actor ? "next act of an actor" : "next act in the log",
                .words = {},
                .streams = {},
                .score_from = score_from};
  copy(log.whats, feed.words);
  if (by_actor)
    copy(log.actors, feed.streams);
  else
    feed.streams.intern("all");
  std::vector<std::optional<UnixMillis>> latest(feed.streams.size());
  for (const auto& act : log.acts) {
    const auto stream = by_actor ? act.actor : 0;
    auto& last = latest[stream];
    NextStep step{.cue = {.stream = stream, .made = last.value_or(act.at)}, .word = act.what, .at = act.at};
    step.begins = !last || act.at - *last > gap;
    step.traits = {static_cast<std::uint32_t>(act.outcome) + 1, static_cast<std::uint32_t>(act.actor_class) + 1,
                   act.changes ? 2U : 1U, 1 + (by_actor ? act.scope : act.actor)};
    last = act.at;
    feed.steps.push_back(step);
  }
  return feed;
}

}  // namespace

Result<void> read_acts(const std::vector<std::string>& files, orchestrate::ActivityFormat& format,
                       Complaints& complaints, ActLog& log) {
  const auto before = static_cast<std::ptrdiff_t>(log.acts.size());
  ActReader reader(format, complaints, log);
  for (const auto& file : files)
    if (const auto done = reader.read(file); !done) return done;
  std::ranges::stable_sort(log.acts.begin() + before, log.acts.end(), {}, &ActLog::Act::at);
  return {};
}

NextFeed acts_of_actors(const ActLog& log, std::size_t score_from, UnixMillis gap) {
  return feed_of(log, score_from, gap, true);
}
NextFeed acts_of_all(const ActLog& log, std::size_t score_from, UnixMillis gap) {
  return feed_of(log, score_from, gap, false);
}

}  // namespace harbinger::replay
