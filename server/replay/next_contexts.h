// What may tell the next word of a feed: contexts for the mixer, by the kind of feed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "server/replay/next_feed.h"

namespace harbinger::replay {

/// Contexts of one feed, from what came until now.
class NextContexts {
 public:
  virtual ~NextContexts() = default;
  virtual std::size_t inputs() const = 0;
  virtual std::size_t chain() const = 0;                ///< so many of them are ever longer contexts of one another
  virtual std::vector<std::uint32_t> sets() const = 0;  ///< how many values each selector has
  virtual void find(const NextCue& cue, std::vector<std::uint64_t>& contexts,
                    std::vector<std::uint32_t>& selectors) = 0;
  virtual void learn(const NextStep& step) = 0;
};

/// Acts of actors: the last six, which of them came at all, what came of the last, in which scope, by whom, after what pause, and what others did.
std::unique_ptr<NextContexts> make_act_contexts(const NextFeed& feed);
/// Machines of batches, with or without ends: the last six, the batch until now, and what the last batch was that began so.
std::unique_ptr<NextContexts> make_machine_contexts(const NextFeed& feed);
/// First flavours or sizes of batches: flavours and sizes of the last three, and the last size of what begins so.
std::unique_ptr<NextContexts> make_batch_contexts(const NextFeed& feed);

/// For the feed's kind.
std::unique_ptr<NextContexts> make_next_contexts(const NextFeed& feed);

}  // namespace harbinger::replay
