// Clients before the clusters: what an engine would do with them, without its threads.
#pragma once

#include <deque>
#include <memory>

#include "persona/clusters.h"

namespace harbinger::test {

/// One act after the other goes into the clusters, which are tended every second of the acts' time. No network: its surprise is always the same.
class ClusterWorld {
 public:
  using Verdict = persona::Clusters::Verdict;

  explicit ClusterWorld(const persona::Catalogue& catalogue = persona::Catalogue::defaults())
      : clusters_(persona::make_clusters({}, catalogue)) {}

  persona::Clusters& clusters() { return *clusters_; }
  persona::ClientProfile& profile(std::size_t client) {
    while (profiles_.size() <= client) profiles_.emplace_back();
    return profiles_[client];
  }

  Verdict act(std::uint32_t client, BehaviourEvent event) {
    event.client = (client + 1) * 0x9e3779b97f4a7c15U;
    auto& own = profile(client);
    const auto code = persona::encode(event, clusters_->last_at(own));
    const auto verdict = clusters_->take(own, event, code, 2);
    // An hour that nobody acts in is not tended second by second.
    if (event.at - tended_ >= 1000) clusters_->tend(tended_ = event.at);
    return verdict;
  }

 private:
  const std::unique_ptr<persona::Clusters> clusters_;
  std::deque<persona::ClientProfile> profiles_;
  UnixMillis tended_ = 0;
};

}  // namespace harbinger::test
