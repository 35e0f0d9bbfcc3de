// Calls of functions, by the minute or one by one.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "server/replay/line_input.h"
#include "server/replay/provision_feed.h"
#include "server/replay/times.h"

namespace harbinger::replay {

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::size_t kMostMinutes = 1'000'000, kMostFunctions = 1'000'000, kMostCells = 1'000'000'000;

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> out;
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  for (std::size_t from = 0; from <= line.size();) {
    const auto end = std::min(line.find(',', from), line.size());
    out.push_back(line.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

class Functions {
 public:
  explicit Functions(std::int64_t interval_s) : interval_s_(interval_s > 0 ? interval_s : kMinute) {}

  void begin_file() { kind_ = Kind::unknown; }

  std::string take(std::string_view line) {
    const auto row = cells(line);
    if (line.empty()) return {};
    if (kind_ == Kind::unknown) return take_head(row);
    return kind_ == Kind::counts ? take_counts(row) : take_call(row);
  }

  Result<SeriesGroup> group() {
    if (series_.empty() || steps_ < 2)
      return fail(ErrorCode::malformed, "expected functions with calls in two intervals at least");
    if (series_.size() > kMostCells / steps_)
      return fail(ErrorCode::malformed,
                  std::to_string(series_.size()) + " functions in " + std::to_string(steps_) +
                      " intervals are more than can be held; a longer --interval makes them fewer");
    SeriesGroup group{.interval_s = interval_s_};
    for (auto& [name, counts] : series_) {
      counts.resize(steps_);
      group.series.push_back({name, std::move(counts)});
    }
    return group;
  }

 private:
  enum class Kind : std::uint8_t { unknown, counts, calls };

  std::string take_head(const std::vector<std::string_view>& row) {
    if (row.size() > 4 && row[0] == "HashOwner") {
      kind_ = Kind::counts;
    } else if (row.size() == 4 && row[0] == "app") {
      kind_ = Kind::calls;
    } else {
      return "expected a head: `HashOwner,HashApp,HashFunction,Trigger,1,2` or `app,func,end_timestamp,duration`";
    }
    return {};
  }

  std::string take_counts(const std::vector<std::string_view>& row) {
    constexpr std::size_t kFirst = 4;
    const std::string wrong = "expected owner, app, function, trigger, and calls of each minute from 0 on";
    if (row.size() <= kFirst || row.size() - kFirst > kMostMinutes) return wrong;
    std::vector<double> minutes;
    for (std::size_t i = kFirst; i < row.size(); ++i) {
      const auto count =
          row[i].empty() && i + 1 == row.size() ? std::optional<double>(0) : parse_number<double>(row[i]);
      if (!count || !(*count >= 0 && *count <= 1e9)) return wrong;
      minutes.push_back(*count);
    }
    auto* counts = find(std::string(row[1]) + '/' + std::string(row[2]));
    if (counts == nullptr) return "expected at most a million functions";
    for (std::size_t minute = 0; minute < minutes.size(); ++minute)
      add(*counts, static_cast<double>(minute) * kMinute, minutes[minute]);
    return {};
  }

  std::string take_call(const std::vector<std::string_view>& row) {
    if (row.size() == 4) {
      const auto end = parse_number<double>(row[2]), lasted = parse_number<double>(row[3]);
      constexpr double kLongest = 60.0 * kMostMinutes;
      if (end && lasted && *end >= 0 && *end < kLongest && *lasted >= 0) {
        auto* counts = find(std::string(row[0]) + '/' + std::string(row[1]));
        if (counts == nullptr) return "expected at most a million functions";
        add(*counts, std::max(0.0, *end - *lasted), 1);
        return {};
      }
    }
    return "expected app, function, second of the end, and duration in seconds";
  }

  std::vector<double>* find(const std::string& name) {
    if (series_.size() >= kMostFunctions && !series_.contains(name)) return nullptr;
    return &series_[name];
  }

  void add(std::vector<double>& counts, double second, double count) {
    const auto step = static_cast<std::size_t>(second / static_cast<double>(interval_s_));
    steps_ = std::max(steps_, step + 1);
    if (count == 0) return;
    if (counts.size() <= step) counts.resize(step + 1);
    counts[step] += count;
  }

  const std::int64_t interval_s_;
  Kind kind_ = Kind::unknown;
  std::map<std::string, std::vector<double>> series_;
  std::size_t steps_ = 0;
};

}  // namespace

Result<SeriesGroup> read_functions(const std::vector<std::string>& files, std::int64_t interval_s,
                                   Complaints& complaints) {
  Functions functions(interval_s);
  for (const auto& file : files) {
    auto source = open_octets(file);
    if (!source) return fail(source.error());
    LineInput input(std::move(*source));
    functions.begin_file();
    while (const auto line = input.next())
      if (const auto wrong = functions.take(*line); !wrong.empty()) complaints.line(file, input.number(), wrong);
    if (const auto trouble = input.source().trouble(); !trouble.empty()) complaints.file(file, trouble);
  }
  return functions.group();
}

}  // namespace harbinger::replay
