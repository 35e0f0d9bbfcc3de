// Chains that were replaced: they end when their last query has been answered, and not on a worker.
#pragma once

#include <memory>
#include <vector>

#include <harbinger/chain.h>

namespace harbinger::server {

/// For the control thread only, or under its lock.
class RetiredChains {
 public:
  /// Takes the chains out of `set`, which nobody else may keep.
  void add(std::shared_ptr<const ChainSet> set);
  /// Ends those that no query holds any more. A plugin's stop() runs in here.
  void tidy_up();
  /// Ends all of them, when no worker runs any more.
  void end_all();
  bool empty() const { return chains_.empty(); }

 private:
  std::vector<std::shared_ptr<const Chain>> chains_;
};

}  // namespace harbinger::server
