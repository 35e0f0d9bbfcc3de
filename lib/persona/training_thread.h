// The thread that trains, and writes the journal of acts: of low priority, and within its share of a processor.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include <harbinger/clock.h>
#include "persona/act_journal.h"
#include "persona/trainer.h"

namespace harbinger::persona {

class TrainingThread {
 public:
  /// `most`: of one processor's time. The journal may be null; what it kept of the last day is recalled first. Both outlive the thread.
  TrainingThread(Trainer& trainer, ActJournal* journal, double most, const Clock& clock);
  /// Ends after the piece of work in progress, and writes what was put into the journal.
  ~TrainingThread();

  /// Until there is nothing to do, without keeping to its share. For tests and replays.
  void catch_up();

 private:
  void run();
  void recall();
  void write_journal();
  bool rest();
  bool wait();

  Trainer& trainer_;
  ActJournal* const journal_;
  const double most_;
  const Clock& clock_;
  std::int64_t used_ns_ = 0;  // the thread's own
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int hurried_ = 0;  // callers of catch_up
  bool woken_ = false;
  std::uint64_t times_idle_ = 0;  // how often there was nothing to do
  std::thread thread_;
};

}  // namespace harbinger::persona
