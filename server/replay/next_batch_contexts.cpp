// Contexts of machines that are asked for in batches.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "orchestrate/context_counts.h"
#include "server/replay/next_contexts.h"

namespace harbinger::replay {

namespace {

using orchestrate::context_of;

constexpr std::uint32_t kEnd = 1'000'000;  // in the place of a flavour

std::uint32_t grade(std::size_t count) {
  constexpr std::array<std::size_t, 11> kMost{0, 1, 2, 3, 4, 5, 7, 10, 15, 25, 50};
  return static_cast<std::uint32_t>(std::ranges::lower_bound(kMost, count) - kMost.begin());
}

class MachineContexts final : public NextContexts {
 public:
  explicit MachineContexts(const NextFeed& feed)
      : ends_(feed.kind == NextFeed::Kind::machines_and_ends), words_(feed.words.size()) {}

  std::size_t inputs() const override { return 12; }
  std::size_t chain() const override { return 5; }
  std::vector<std::uint32_t> sets() const override { return {2 * kRuns + 1, words_ + 1}; }

  void find(const NextCue&, std::vector<std::uint64_t>& contexts, std::vector<std::uint32_t>& selectors) override {
    const auto& [a, b, c, d, e, f] = tokens_;
    const auto& like = batch_.empty() ? none_ : by_first_[batch_.front()];
    const auto place = batch_.size();
    const bool as_long = like.size() == place;
    const auto echo = token_at(like, place), before = token_at(last_, place);
    const bool as_before = place <= last_.size() && std::ranges::equal(batch_, std::span(last_).first(place));
    contexts = {context_of(a),
                context_of(a, b),
                context_of(a, b, c),
                context_of(a, b, c, d),
                context_of(a, b, c, d, e, f),
                context_of(a, run_, 6),
                context_of(a, place, 7),
                context_of(all_of_batch_),
                context_of(flavours_, a, grade(place)),
                context_of(a, echo, as_long, grade(place)),
                context_of(as_before, before, a, grade(place)),
                context_of(a, last_.empty() ? 0 : last_.front(), std::min<std::size_t>(last_.size(), 20), place)};
    const auto run = std::min(run_, kRuns - 1);
    selectors = {batch_.empty() ? 0 : 1 + 2 * run + (as_long ? 1 : 0), latest_};
  }

  void learn(const NextStep& step) override {
    const bool end = ends_ && step.word + 1 == words_;
    const bool first = !ends_ && step.traits[0] == 1;
    if (end || first) close();
    latest_ = step.word + 1;
    std::shift_right(tokens_.begin(), tokens_.end(), 1);
    tokens_[0] = end ? kEnd : step.word + 1 + (first ? kEnd : 0);
    if (end) return;
    run_ = !batch_.empty() && batch_.back() == latest_ ? run_ + 1 : 1;
    batch_.push_back(latest_);
    all_of_batch_ = context_of(all_of_batch_, latest_);
    flavours_ |= 1ULL << latest_ % 64;
  }

 private:
  static constexpr std::uint32_t kRuns = 14;

  // What a batch had at that place; past its end, its end.
  static std::uint32_t token_at(const std::vector<std::uint32_t>& batch, std::size_t place) {
    return place < batch.size() ? batch[place] : place == batch.size() ? kEnd : 0;
  }

  void close() {
    if (batch_.empty()) return;
    last_ = by_first_[batch_.front()] = batch_;
    batch_.clear();
    run_ = 0, all_of_batch_ = 1, flavours_ = 0;
  }

  const bool ends_;
  const std::uint32_t words_;
  std::array<std::uint32_t, 6> tokens_{};  // newest first
  std::vector<std::uint32_t> batch_, last_;
  const std::vector<std::uint32_t> none_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_first_;  // the last batch that began so
  std::uint32_t run_ = 0, latest_ = 0;
  std::uint64_t all_of_batch_ = 1, flavours_ = 0;
};

class BatchContexts final : public NextContexts {
 public:
  explicit BatchContexts(const NextFeed& feed)
      : sizes_(feed.kind == NextFeed::Kind::batch_sizes), words_(feed.words.size()) {}

  std::size_t inputs() const override { return sizes_ ? 14 : 12; }
  std::size_t chain() const override { return 4; }
  std::vector<std::uint32_t> sets() const override { return {sizes_ ? words_ + 1 : kHours, kFlavours}; }

  void find(const NextCue& cue, std::vector<std::uint64_t>& contexts, std::vector<std::uint32_t>& selectors) override {
    const auto first = cue.known[1], hour = cue.known[2];  // first: 0 where it is what is asked
    const auto& [a, b, c] = batches_;
    contexts = {context_of(first, 1),
                context_of(first, 2, a.first),
                context_of(first, 2, a.first, a.size),
                context_of(first, 2, a.first, a.size, b.first, b.size),
                context_of(first, 4, a.first, b.first),
                context_of(first, 5, a.first, b.first, c.first),
                context_of(first, 6, a.size, b.size, c.size),
                context_of(first, 7, hour),
                context_of(first, 8, a.last, a.size),
                context_of(first, 9, a.last, b.last),
                context_of(first, 10, a.size),
                context_of(first, 11, a.first, hour)};
    const auto size = sizes_of_[first];
    if (sizes_) {
      contexts.push_back(context_of(first, 12, size));
      contexts.push_back(context_of(first, 13, size, a.first, a.size));
    }
    selectors = {sizes_ ? size : std::min(hour, kHours - 1), std::min(sizes_ ? first : a.first, kFlavours - 1)};
  }

  void learn(const NextStep& step) override {
    std::shift_right(batches_.begin(), batches_.end(), 1);
    const auto size = sizes_ ? step.word + 1 : step.traits[0];
    const auto first = sizes_ ? step.cue.known[1] : step.word + 1;
    batches_[0] = {first, step.traits[1], size};
    sizes_of_[first] = size;
  }

 private:
  static constexpr std::uint32_t kHours = 25, kFlavours = 32;
  struct Batch {
    std::uint32_t first = 0, last = 0, size = 0;
  };

  const bool sizes_;
  const std::uint32_t words_;
  std::array<Batch, 3> batches_{};                             // newest first
  std::unordered_map<std::uint32_t, std::uint32_t> sizes_of_;  // of the last batch that began so
};

}  // namespace

std::unique_ptr<NextContexts> make_machine_contexts(const NextFeed& feed) {
  return std::make_unique<MachineContexts>(feed);
}

std::unique_ptr<NextContexts> make_batch_contexts(const NextFeed& feed) {
  return std::make_unique<BatchContexts>(feed);
}

}  // namespace harbinger::replay
