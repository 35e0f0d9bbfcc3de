// Calls that a server got, counted by their name and by whether they were admitted.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <harbinger/metrics.h>

namespace harbinger::persona {

/// `What` are the calls, and `limit` behind the last of them. Any thread.
template <class What>
class CallCounts {
 public:
  static constexpr auto kCalls = static_cast<std::size_t>(What::limit);
  /// As `PREFIX_calls_total` and `PREFIX_watchers_cut_total`; without metrics, nothing is counted.
  CallCounts(Metrics* metrics, const std::string& prefix, const std::array<std::string_view, kCalls>& names) {
    if (metrics == nullptr) return;
    const auto counter = [&](std::string_view call, std::string_view verdict) {
      return metrics->counter(prefix + "_calls_total", "Calls over gRPC.",
                              {{"call", std::string(call)}, {"verdict", std::string(verdict)}});
    };
    for (std::size_t i = 0; i < kCalls; ++i) {
      admitted_[i] = counter(names[i], "admitted");
      refused_[i] = counter(names[i], "refused");
    }
    cut_ = metrics->counter(prefix + "_watchers_cut_total", "Watchers over gRPC that read too slowly.");
  }

  void judged(What what, bool admitted) const {
    (admitted ? admitted_ : refused_)[static_cast<std::size_t>(what)].add();
  }
  /// A watcher was cut off.
  void cut() const { cut_.add(); }

 private:
  std::array<Counter, kCalls> admitted_, refused_;
  Counter cut_;
};

}  // namespace harbinger::persona
