#include "server/replay/subject.h"

#include <filesystem>
#include <iostream>

#include "learn/synthetic_day.h"
#include "server/replay/read_trace.h"
#include "server/replay/synthetic.h"

namespace harbinger::replay {

namespace {

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

}  // namespace

std::string name_of(const CommandLine& line) {
  if (!line.name.empty()) return line.name;
  const auto& files = line.files.empty() ? line.test : line.files;
  std::string name;
  for (const auto& file : files)
    name += (name.empty() ? "" : "+") + (file == "-" ? "stdin" : std::filesystem::path(file).filename().string());
  return name;
}

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

}  // namespace harbinger::replay
