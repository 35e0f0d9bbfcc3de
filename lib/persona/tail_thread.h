// A file that is followed on a thread of its own, for whoever takes its lines.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include "persona/log_tail.h"

namespace harbinger::persona {

/// What is done with the lines of a file. Called on one thread at a time.
class LineTaker {
 public:
  /// What became of lines, by a word for metrics. Numbers only grow, words stay the same.
  using Tally = std::vector<std::pair<std::string, std::uint64_t>>;

  virtual ~LineTaker() = default;
  /// Lines may come; while they may not, they wait in the file. Asked before each look.
  virtual bool ready() { return true; }
  virtual void begin_file() = 0;
  virtual void line(std::string_view text) = 0;
  /// All that was there for now has been handed over.
  virtual void flush() = 0;
  virtual Tally tally() const = 0;
};

/// Follows while it lives. At its end it hands over what is there, flushes and remembers its place.
class TailThread {
 public:
  struct Settings {
    LogTail::Settings tail;
    Duration every = std::chrono::milliseconds(250);  ///< how often it looks
    Duration remember_every = std::chrono::seconds(5);
    std::string
        metric;  ///< a counter with the labels `file` and `result`, of the taker's tally and of lines that are too long or cut
    std::string help = {};
  };
  /// Must outlive it.
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log = {};
  };

  virtual ~TailThread() = default;
  static std::unique_ptr<TailThread> start(Settings settings, World world, std::unique_ptr<LineTaker> taker);
};

}  // namespace harbinger::persona
