// Sequences of words in which the next one is to be foretold: flavours, batch sizes, acts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>
#include "server/replay/complaints.h"
#include "server/replay/names.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// What is known when a guess is made, besides the words of the stream until then.
struct NextCue {
  static constexpr std::size_t kFacts = 4;

  std::uint32_t stream = 0;                   ///< whose sequence
  UnixMillis made = 0;                        ///< time of the guess
  std::array<std::uint32_t, kFacts> known{};  ///< small numbers; what they mean is the feed's; 0: not known
};

struct NextStep {
  NextCue cue{};
  std::uint32_t word = 0;
  UnixMillis at = 0;  ///< when it came
  bool begins =
      false;  ///< the first of its stream, or after a long pause: nobody is asked for it, and what was before is no context of it
  std::array<std::uint32_t, NextCue::kFacts> traits{};  ///< known once it came; 0: not known
};

struct NextFeed {
  enum class Kind : std::uint8_t { acts, machines, machines_and_ends, first_flavours, batch_sizes };

  Kind kind = Kind::acts;
  std::string title;  ///< what is foretold: "flavour of the next VM"
  Names words{}, streams{};
  std::vector<NextStep> steps{};  ///< oldest first
  std::size_t score_from = 0;     ///< first step that is judged
  bool distinct = false;          ///< a word never follows itself within a stream, and all who guess know that
};

/// The same without words that repeat the one before them in their stream; what the last of them told stays.
NextFeed without_repeats(const NextFeed& feed);

/// Accesses as words: a stream for each client. A pause longer than `gap` ends what belongs together.
NextFeed feed_of_trace(const Trace& trace, std::size_t score_from, UnixMillis gap);

/// Batches of machines as they were asked for, the flavours of each in their order. A batch is what one tenant asked for within a row's time.
struct BatchArrivals {
  struct Batch {
    UnixMillis at = 0;  ///< begin of the row's time
    std::uint32_t row = 0;
    std::vector<std::uint32_t> flavours{};  ///< never empty
  };
  Names flavours{};
  std::vector<Batch> batches{};
  std::size_t score_from = 0;  ///< first batch that is judged
};

/// Rows `300 g,|,b,b,|,`: the second until which they arrived, flavours, and an end of each batch. Each file's times follow those of the file before.
Result<void> read_batches(const std::vector<std::string>& files, Complaints& complaints, BatchArrivals& arrivals);

/// The flavour of each machine, one after the other; known: how many its batch has already (if it does not end here), the flavour it began with, hour;
/// trait: 1 for one that begins a batch.
NextFeed machine_flavours(const BatchArrivals& arrivals);
/// The same with the ends of batches as words `|`, the last of the words.
NextFeed flavours_and_ends(const BatchArrivals& arrivals);
/// The flavour that each batch begins with.
NextFeed first_flavours(const BatchArrivals& arrivals);
/// How many machines a batch has: 1 to 5, 6-7, 8-10, 11-15, 16-25, 26-50, >50, as the traces' authors part them; known: the flavour it begins with.
NextFeed batch_sizes(const BatchArrivals& arrivals);

}  // namespace harbinger::replay
