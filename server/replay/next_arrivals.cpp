// Batches of machines: as they are read, and what is to be foretold of them.
#include <algorithm>
#include <array>
#include <optional>

#include "server/replay/line_input.h"
#include "server/replay/next_feed.h"
#include "server/replay/times.h"

namespace harbinger::replay {

namespace {

constexpr UnixMillis kRowMs = 300'000;
constexpr std::size_t kMostFlavours = 1000;
constexpr const char* kExpected = "expected seconds, a space, and flavours with an end of each batch: `300 g,|,b,b,|,`";

// Takes the words of one row: a batch for each `|`, and for what is left at the end.
class Rows {
 public:
  Rows(BatchArrivals& arrivals, UnixMillis from) : arrivals_(arrivals), from_(from) {
    if (!arrivals.batches.empty()) row_ = arrivals.batches.back().row;
  }

  std::string take(std::string_view line) {
    if (line.empty()) return {};
    const auto space = line.find(' ');
    const auto seconds = space == std::string_view::npos ? std::nullopt : parse_number<double>(line.substr(0, space));
    if (!seconds || !(*seconds > 0 && *seconds < 1e12)) return kExpected;
    at_ = from_ + static_cast<UnixMillis>(*seconds * 1000);
    last_ = std::max(last_, at_);
    ++row_;
    return take_words(line.substr(space + 1));
  }
  UnixMillis last() const { return last_; }

 private:
  std::string take_words(std::string_view words) {
    for (std::size_t at = 0; at < words.size();) {
      const auto end = std::min(words.find(',', at), words.size());
      const auto word = words.substr(at, end - at);
      at = end + 1;
      if (word == "|")
        close();
      else if (!word.empty() && word.find(' ') == std::string_view::npos)
        batch_.push_back(arrivals_.flavours.intern(word));
      else if (!word.empty())
        return kExpected;
      if (arrivals_.flavours.size() > kMostFlavours) return "more than a thousand different flavours";
    }
    close();
    return {};
  }

  void close() {
    if (batch_.empty()) return;
    arrivals_.batches.push_back({.at = at_ - kRowMs, .row = row_, .flavours = std::move(batch_)});
    batch_.clear();
  }

  BatchArrivals& arrivals_;
  const UnixMillis from_;
  UnixMillis at_ = 0, last_ = 0;
  std::uint32_t row_ = 0;
  std::vector<std::uint32_t> batch_;
};

// 1 for the first hour of a day: 0 is "not known".
std::uint32_t hour_of(UnixMillis at) { return 1 + static_cast<std::uint32_t>(at / 3'600'000 % 24); }

// Sizes as `batch_size_map.txt` of the traces has them.
constexpr std::array<std::pair<std::size_t, const char*>, 11> kSizes{{{1, "1"},
                                                                      {2, "2"},
                                                                      {3, "3"},
                                                                      {4, "4"},
                                                                      {5, "5"},
                                                                      {7, "6-7"},
                                                                      {10, "8-10"},
                                                                      {15, "11-15"},
                                                                      {25, "16-25"},
                                                                      {50, "26-50"},
                                                                      {SIZE_MAX, ">50"}}};

std::uint32_t size_word(std::size_t count) {
  const auto* found = std::ranges::find_if(kSizes, [&](const auto& size) { return count <= size.first; });
  return static_cast<std::uint32_t>(found - kSizes.begin());
}

NextFeed empty_feed(const BatchArrivals& arrivals, NextFeed::Kind kind, std::string title) {
  NextFeed feed{.kind = kind, .title = std::move(title), .words = {}, .streams = {}};
  feed.streams.intern("all");
  for (std::uint32_t i = 0; i < arrivals.flavours.size(); ++i) feed.words.intern(arrivals.flavours.text(i));
  return feed;
}

// Each machine, and the end of each batch if it is asked for.
NextFeed each_machine(const BatchArrivals& arrivals, std::string title, bool ends) {
  auto feed =
      empty_feed(arrivals, ends ? NextFeed::Kind::machines_and_ends : NextFeed::Kind::machines, std::move(title));
  const auto end = ends ? feed.words.intern("|") : 0;
  std::uint32_t count = 0, first = 0;
  for (std::size_t i = 0; i < arrivals.batches.size(); ++i) {
    const auto& batch = arrivals.batches[i];
    if (i == arrivals.score_from) feed.score_from = feed.steps.size();
    bool begins = true;
    const auto add = [&](std::uint32_t word) {
      NextStep step{
          .cue = {.made = batch.at, .known = {count, first, hour_of(batch.at)}}, .word = word, .at = batch.at};
      step.begins = feed.steps.empty();
      step.traits[0] = begins ? 1 : 2;
      feed.steps.push_back(step);
    };
    for (const auto flavour : batch.flavours) {
      add(flavour);
      // Without ends as words, nobody knows that a batch is over before the next machine came.
      if (begins) count = 0, first = flavour + 1;
      begins = false;
      ++count;
    }
    if (!ends) continue;
    add(end);
    count = first = 0;
  }
  if (arrivals.score_from >= arrivals.batches.size()) feed.score_from = feed.steps.size();
  return feed;
}

}  // namespace

Result<void> read_batches(const std::vector<std::string>& files, Complaints& complaints, BatchArrivals& arrivals) {
  for (const auto& file : files) {
    auto source = open_octets(file);
    if (!source) return fail(source.error());
    LineInput input(std::move(*source));
    Rows rows(arrivals, arrivals.batches.empty() ? 0 : arrivals.batches.back().at + kRowMs);
    while (const auto line = input.next())
      if (const auto wrong = rows.take(*line); !wrong.empty()) complaints.line(file, input.number(), wrong);
    if (const auto trouble = input.source().trouble(); !trouble.empty()) complaints.file(file, trouble);
  }
  return {};
}

NextFeed machine_flavours(const BatchArrivals& arrivals) {
  return each_machine(arrivals, "flavour of the next machine", false);
}

NextFeed flavours_and_ends(const BatchArrivals& arrivals) {
  return each_machine(arrivals, "flavour of the next machine, or end of its batch", true);
}

NextFeed first_flavours(const BatchArrivals& arrivals) {
  auto feed = empty_feed(arrivals, NextFeed::Kind::first_flavours, "flavour that the next batch begins with");
  feed.score_from = arrivals.score_from;
  for (const auto& batch : arrivals.batches) {
    NextStep step{.cue = {.made = batch.at}, .word = batch.flavours.front(), .at = batch.at};
    step.cue.known[2] = hour_of(batch.at);
    step.begins = feed.steps.empty();
    step.traits = {size_word(batch.flavours.size()) + 1, batch.flavours.back() + 1};
    feed.steps.push_back(step);
  }
  return feed;
}

NextFeed batch_sizes(const BatchArrivals& arrivals) {
  NextFeed feed{.kind = NextFeed::Kind::batch_sizes,
                .title = "size of the next batch",
                .words = {},
                .streams = {},
                .score_from = arrivals.score_from};
  feed.streams.intern("all");
  for (const auto& [most, word] : kSizes) feed.words.intern(word);
  for (const auto& batch : arrivals.batches) {
    NextStep step{.cue = {.made = batch.at}, .word = size_word(batch.flavours.size()), .at = batch.at};
    step.cue.known = {0, batch.flavours.front() + 1, hour_of(batch.at)};
    step.begins = feed.steps.empty();
    step.traits = {batch.flavours.front() + 1, batch.flavours.back() + 1};
    feed.steps.push_back(step);
  }
  return feed;
}

}  // namespace harbinger::replay
