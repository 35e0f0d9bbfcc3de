#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "orchestrate/context_counts.h"
#include "server/replay/next_contexts.h"

namespace harbinger::replay {

namespace {

using orchestrate::context_of;

// What a stream did until now.
struct Past {
  std::array<std::uint32_t, 6> words{};  // newest first, from 1; 0: none
  std::array<std::uint32_t, NextCue::kFacts> traits{};
  std::uint32_t run = 0;    // so many of the newest are alike
  std::uint32_t turn = 0;   // what was before these
  std::uint32_t pause = 0;  // between the last two, as a small number

  void push(const NextStep& step) {
    if (step.begins) *this = {};
    if (step.word + 1 != words[0]) turn = words[0];
    run = step.word + 1 == words[0] ? run + 1 : 1;
    std::shift_right(words.begin(), words.end(), 1);
    words[0] = step.word + 1;
    traits = step.traits;
    const auto seconds = step.at > step.cue.made ? (step.at - step.cue.made + 500) / 1000 : 0;
    pause = std::min(static_cast<std::uint32_t>(std::bit_width(static_cast<std::uint64_t>(seconds))), 11U);
  }
  // The newest few, whatever their order.
  std::uint64_t bag(std::size_t count) const {
    auto some = words;
    std::sort(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    std::uint64_t hash = count;
    for (std::size_t i = 0; i < count; ++i) hash = context_of(hash, some[i]);
    return hash;
  }
};

class ActContexts final : public NextContexts {
 public:
  explicit ActContexts(const NextFeed& feed) : pasts_(feed.streams.size()) {}

  std::size_t inputs() const override { return 23; }
  std::size_t chain() const override { return 6; }
  std::vector<std::uint32_t> sets() const override { return {kRuns, kPauses}; }

  void find(const NextCue& cue, std::vector<std::uint64_t>& contexts, std::vector<std::uint32_t>& selectors) override {
    const auto& past = pasts_[cue.stream];
    const auto& [a, b, c, d, e, f] = past.words;
    const auto& [outcome, how, changes, where] = past.traits;
    const auto run = std::min(past.run, kRuns - 1);
    contexts = {context_of(1),
                context_of(a),
                context_of(a, b),
                context_of(a, b, c),
                context_of(a, b, c, d),
                context_of(a, b, c, d, e, f),
                context_of(a, run),
                context_of(a, outcome),
                context_of(a, how, where),
                context_of(cue.stream, a),
                context_of(cue.stream),
                context_of(log_[0], a),
                context_of(log_[0], log_[1]),
                past.bag(3),
                past.bag(4),
                context_of(b),
                context_of(b, c),
                context_of(a, past.pause),
                context_of(a, c),
                context_of(outcome, changes),
                context_of(past.bag(2), run),
                context_of(a, where, b, outcome),
                context_of(a, past.run, past.turn)};
    selectors = {run, past.pause};
  }

  void learn(const NextStep& step) override {
    pasts_[step.cue.stream].push(step);
    log_[1] = std::exchange(log_[0], step.word + 1);
  }

 private:
  static constexpr std::uint32_t kRuns = 16, kPauses = 12;

  std::vector<Past> pasts_;
  std::array<std::uint32_t, 2> log_{};  // newest first, of all streams
};

}  // namespace

std::unique_ptr<NextContexts> make_act_contexts(const NextFeed& feed) { return std::make_unique<ActContexts>(feed); }

std::unique_ptr<NextContexts> make_next_contexts(const NextFeed& feed) {
  switch (feed.kind) {
    case NextFeed::Kind::machines:
    case NextFeed::Kind::machines_and_ends:
      return make_machine_contexts(feed);
    case NextFeed::Kind::first_flavours:
    case NextFeed::Kind::batch_sizes:
      return make_batch_contexts(feed);
    case NextFeed::Kind::acts:
      break;
  }
  return make_act_contexts(feed);
}

}  // namespace harbinger::replay
