// Changes of one zone that wait for their turn.
#pragma once

#include <deque>
#include <vector>

#include "net/dns_updater.h"

namespace harbinger::net {

class UpdateLine {
 public:
  struct Waiting {
    UpdateServer server;
    UpdateMessage update;
    DnsUpdater::Done done;
    bool alone = false;  ///< was refused together with others
  };
  /// What is sent at once: the change, and whose it is.
  struct Batch {
    UpdateMessage update;
    std::vector<Waiting> waiting;
  };
  static constexpr std::size_t kMostChanges = 256;

  bool empty() const { return waiting_.empty(); }
  void add(Waiting waiting) { waiting_.push_back(std::move(waiting)); }
  /// The first, with those behind it that may go along. Not when empty().
  Batch take();
  /// They go first again, each by itself.
  void give_back(std::vector<Waiting> batch);

 private:
  std::deque<Waiting> waiting_;
};

}  // namespace harbinger::net
