#include "server/replay/read_trace.h"

#include <algorithm>
#include <filesystem>

#include "persona/user_agent.h"
#include "server/replay/line_input.h"

namespace harbinger::replay {

namespace {

class TraceReader {
 public:
  TraceReader(const Reading& reading, LineFormat& format, Complaints& complaints, Trace& trace)
      : reading_(reading), format_(format), complaints_(complaints), trace_(trace) {}

  Result<ReadCounts> read_all() {
    for (std::size_t i = 0; i < reading_.files.size(); ++i)
      if (const auto done = read_file(i); !done) return fail(done.error());
    finish();
    return counts_;
  }

 private:
  Result<void> read_file(std::size_t index) {
    const auto& file = reading_.files[index];
    auto source = open_octets(file);
    if (!source) return fail(source.error());
    const std::string name = file == "-" ? "standard input" : file;
    LineInput input(std::move(*source));
    format_.begin_file();
    while (const auto line = input.next()) {
      ++counts_.lines;
      const auto done = format_.read(*line, [this](const Record& record) { take(record); });
      if (!done) complaints_.line(name, input.number(), explain(done.error().text, input));
      if (input.number() % 4096 == 0)
        reading_.progress((static_cast<double>(index) + input.source().done()) /
                          static_cast<double>(reading_.files.size()));
    }
    if (const auto trouble = input.source().trouble(); !trouble.empty())
      complaints_.file(name, trouble + " after line " + std::to_string(input.number()) + "; going on with what came");
    return {};
  }

  static std::string explain(const std::string& reason, const LineInput& input) {
    return input.complete() ? reason : reason + " (the line ends in the middle)";
  }

  void take(Record record) {
    ++counts_.records;
    if (!passes(reading_.filters, record)) return;
    ++counts_.kept;
    untimed_ = untimed_ || !record.at;
    trace_.visits.push_back({.at = record.at.value_or(0),
                             .client = trace_.clients.intern(record.client),
                             .resource = trace_.resources.intern(record.resource),
                             .size_bytes = record.size_bytes,
                             .latency_us = record.latency_us,
                             .ttl_s = record.ttl_s,
                             .type = record.type,
                             .outcome = record.outcome,
                             .device = persona::device_of(record.user_agent)});
  }

  void finish() {
    auto& visits = trace_.visits;
    if (!untimed_) {
      std::ranges::stable_sort(visits, {}, &Visit::at);
      return;
    }
    // Without times: as they stand in the file, a second apart.
    trace_.timed = false;
    for (std::size_t i = 0; i < visits.size(); ++i) visits[i].at = static_cast<UnixMillis>(i) * 1000;
  }

  const Reading& reading_;
  LineFormat& format_;
  Complaints& complaints_;
  Trace& trace_;
  ReadCounts counts_;
  bool untimed_ = false;
};

}  // namespace

Result<ReadCounts> read_trace(const Reading& reading, LineFormat& format, Complaints& complaints, Trace& trace) {
  return TraceReader(reading, format, complaints, trace).read_all();
}

}  // namespace harbinger::replay
