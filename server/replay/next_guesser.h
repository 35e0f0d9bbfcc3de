// Who foretells the next word of a sequence.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "server/replay/next_feed.h"

namespace harbinger::replay {

/// Sees the steps of a feed one after the other; each is guessed before it is learnt from.
class NextGuesser {
 public:
  virtual ~NextGuesser() = default;
  /// A probability for each word of the feed; they sum to one. The cue is that of the step that comes.
  virtual void guess(const NextCue& cue, std::span<float> probabilities) = 0;
  virtual void learn(const NextStep& step) = 0;
};

struct NextFamily {
  std::string name;
  std::function<std::unique_ptr<NextGuesser>(const NextFeed&)> make{};
};

/// Prediction by partial match: what followed the last `order` words of the stream in any stream, blended with what followed fewer, down to how often
/// each word came at all and to all words alike; as much is kept for what was never seen in a place as there are different words in it (method C of
/// Moffat, "Implementing the PPM data compression scheme", 1990). 0: popularity. 1: a smoothed Markov chain. 2: `ppm2_online` of learn/baselines.h as a
/// distribution over all words.
NextFamily partial_match(std::string name, std::size_t order);
/// The stream's last word, with the probability that this came true until now; the others by popularity.
NextFamily last_word();

/// Popularity, last (not where words never repeat), Markov-1, ppm2, and ours as the last.
std::vector<NextFamily> next_families(bool distinct);

}  // namespace harbinger::replay
