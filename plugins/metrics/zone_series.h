// The figures of one zone: handles made ahead, so that counting a query is a few stores.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include <harbinger/metrics.h>
#include <harbinger/query.h>
#include <harbinger/reply.h>

namespace harbinger::metrics {

/// Counts queries and replies under one `zone` label. `count` is wait-free, except for the first reply of each plugin.
class ZoneSeries {
 public:
  /// Slots that one more zone may take.
  static constexpr std::size_t kMostSlots = 512;

  ZoneSeries(Metrics& metrics, std::string zone);

  void count(const Query& query, const ReplyView& reply);

  /// Whether the series of this zone were made before, by whomever.
  static bool exist(const Metrics& metrics, const std::string& zone);

 private:
  static constexpr std::size_t kProtocols = 4, kFamilies = 2, kTypes = 20, kRcodes = 12, kPlugins = 12;

  // Replies made by one plugin. Known by where its name stands: a plugin's name lives as long as its chain.
  struct Replies {
    std::atomic<const char*> plugin{nullptr};
    std::array<Counter, kRcodes> by_rcode;
  };

  std::array<Counter, kRcodes> response_counters(std::string_view plugin);
  Replies& replies_of(std::string_view plugin);
  Replies& add_plugin(std::string_view plugin);

  Metrics& metrics_;
  const std::string zone_;
  std::array<Counter, kProtocols * kFamilies * kTypes> requests_;
  Histogram duration_;
  std::array<Histogram, kProtocols> request_size_, response_size_;
  Replies unnamed_;  // the server itself; and plugins past the last place, as "other"
  Replies others_;
  std::mutex adding_;
  std::atomic<std::size_t> known_{0};
  std::array<Replies, kPlugins> replies_;
};

}  // namespace harbinger::metrics
