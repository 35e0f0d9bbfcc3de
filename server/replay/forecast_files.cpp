// Files of counts: rows of time and value, counts by the second, arrivals.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <ranges>
#include <utility>

#include "server/replay/forecast_series.h"
#include "server/replay/line_input.h"
#include "server/replay/times.h"

namespace harbinger::replay {

namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::int64_t kMinute = 60, kMostSteps = 50'000'000;

std::string name_of(const std::string& file) {
  return file == "-" ? "stdin" : std::filesystem::path(file).filename().string();
}

struct Row {
  UnixMillis at = 0;
  double value = 0;
};

std::optional<double> count_in(std::string_view text) {
  const auto value = parse_number<double>(text);
  return value && *value >= 0 && *value <= 1e15 ? value : std::nullopt;
}

// How far rows lie apart, mostly.
UnixMillis spacing_of(const std::vector<Row>& rows) {
  std::vector<UnixMillis> apart;
  for (std::size_t i = 1; i < rows.size(); ++i) apart.push_back(rows[i].at - rows[i - 1].at);
  std::ranges::nth_element(apart, apart.begin() + static_cast<std::ptrdiff_t>(apart.size() / 2));
  return std::max<UnixMillis>(1000, (apart[apart.size() / 2] + 500) / 1000 * 1000);
}

Result<SeriesGroup> too_little(const std::string& name) {
  return fail(ErrorCode::malformed, name + ": expected two counts at least");
}

enum class Gap { as_before, nothing };

// A row may be up to half of `spacing` away from where it should be.
Result<SeriesGroup> group_of(const std::string& name, std::vector<Row> rows, UnixMillis spacing,
                             std::int64_t interval_s, Gap gap) {
  std::ranges::stable_sort(rows, {}, &Row::at);
  const auto interval = interval_s > 0 ? interval_s * 1000 : spacing;
  const auto slot_of = [&](const Row& row) { return (row.at - rows.front().at + spacing / 2) / interval; };
  const auto last = slot_of(rows.back());
  if (last < 1) return too_little(name);
  if (last >= kMostSteps) return fail(ErrorCode::malformed, name + ": more than 50 million intervals");
  std::vector<double> counts(static_cast<std::size_t>(last) + 1);
  std::vector<bool> seen(counts.size());
  for (const auto& row : rows) {
    counts[static_cast<std::size_t>(slot_of(row))] += row.value;
    seen[static_cast<std::size_t>(slot_of(row))] = true;
  }
  for (std::size_t i = 1; i < counts.size(); ++i)
    if (gap == Gap::as_before && !seen[i]) counts[i] = counts[i - 1];
  return SeriesGroup{interval / 1000, rows.front().at, {{name, std::move(counts)}}};
}

// Lines of a file, to what takes them and says what is wrong with them.
template <class Take>
Result<void> each_line(const std::string& file, Complaints& complaints, const Take& take) {
  auto source = open_octets(file);
  if (!source) return fail(source.error());
  LineInput input(std::move(*source));
  while (const auto line = input.next())
    if (const auto wrong = take(*line, input); !wrong.empty()) complaints.line(name_of(file), input.number(), wrong);
  if (const auto trouble = input.source().trouble(); !trouble.empty()) complaints.file(name_of(file), trouble);
  return {};
}

std::string take_row(std::string_view line, bool first, std::vector<Row>& rows) {
  if (line.empty() || line[0] == '#') return {};
  const auto comma = std::min(line.find_first_of(",;\t"), line.size());
  const auto at = parse_time(line.substr(0, comma));
  if (!at && first) return {};  // its header
  const auto value = comma < line.size() ? count_in(line.substr(comma + 1)) : std::nullopt;
  if (!at || !value) return "expected a time and a number from 0 on: `2015-02-26 21:42:53,104`";
  rows.push_back({*at, *value});
  return {};
}

// Counts by the second. What is cut by the end of a piece of a long line waits for the next piece.
class Seconds {
 public:
  explicit Seconds(std::int64_t interval_s) : interval_s_(interval_s > 0 ? interval_s : kMinute) {}

  std::string take(std::string_view piece, bool complete) {
    bool fine = true;
    for (std::size_t from = 0; from < piece.size();) {
      const auto end = std::min(piece.find_first_of(kSpaces, from), piece.size());
      rest_ += piece.substr(from, end - from);
      if (end < piece.size()) fine = add() && fine;
      from = end + 1;
    }
    if (complete) fine = add() && fine;
    return fine ? "" : "expected counts from 0 on, with spaces between them";
  }

  Result<SeriesGroup> group(const std::string& name) {
    if (!rest_.empty()) add();
    if (counts_.size() < 2) return too_little(name);
    if (seconds_ % interval_s_ != 0) counts_.pop_back();  // it is not over
    return SeriesGroup{interval_s_, 0, {{name, std::move(counts_)}}};
  }

 private:
  bool add() {
    const std::string text = std::exchange(rest_, {});
    if (text.empty()) return true;
    const auto count = count_in(text);
    if (!count) return false;
    if (seconds_++ % interval_s_ == 0) counts_.push_back(0);
    counts_.back() += *count;
    return true;
  }

  const std::int64_t interval_s_;
  std::int64_t seconds_ = 0;
  std::string rest_;
  std::vector<double> counts_;
};

}  // namespace

Result<SeriesGroup> read_series(const std::string& file, std::int64_t interval_s, Complaints& complaints) {
  std::vector<Row> rows;
  Seconds seconds(interval_s);
  bool first = true, by_second = false;
  const auto done = each_line(file, complaints, [&](std::string_view line, const LineInput& input) {
    if (first) by_second = line.find_first_not_of("0123456789. \t\r") == std::string_view::npos;
    const auto wrong = by_second ? seconds.take(line, input.complete()) : take_row(line, first, rows);
    first = false;
    return wrong;
  });
  if (!done) return fail(done.error());
  if (by_second) return seconds.group(name_of(file));
  if (rows.size() < 2) return too_little(name_of(file));
  const auto spacing = spacing_of(rows);
  return group_of(name_of(file), std::move(rows), spacing, interval_s, Gap::as_before);
}

Result<SeriesGroup> read_arrivals(const std::vector<std::string>& files, std::int64_t interval_s,
                                  Complaints& complaints) {
  constexpr UnixMillis kSpacing = 300'000;
  std::vector<Row> rows;
  for (const auto& file : files) {
    const auto done = each_line(file, complaints, [&](std::string_view line, const LineInput&) -> std::string {
      if (line.empty()) return {};
      const auto space = std::min(line.find(' '), line.size());
      const auto at = parse_time(line.substr(0, space));
      if (!at) return "expected seconds, a space, and what arrived: `300 g,|,b,b,|,`";
      const auto arrived = std::ranges::count_if(std::views::split(line.substr(space), ','), [](const auto& word) {
        return std::string_view(word).find_first_not_of(" |") != std::string_view::npos;
      });
      rows.push_back({*at - kSpacing, static_cast<double>(arrived)});
      return {};
    });
    if (!done) return fail(done.error());
  }
  if (rows.size() < 2) return too_little(name_of(files.front()));
  return group_of(name_of(files.front()), std::move(rows), kSpacing, interval_s, Gap::nothing);
}

}  // namespace harbinger::replay
