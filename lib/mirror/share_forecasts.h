// What several servers forecast, put together: each of them sees some of the clients, so that their forecasts add up. No clock, no store.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/clock.h>
#include "mirror/share.h"

namespace harbinger::mirror {

/// What one server forecasts for one cluster, sorted by resource.
struct ForecastBatch {
  struct Row {
    std::uint64_t resource = 0;
    float expected = 0, high = 0, now = 0;
    friend bool operator==(const Row&, const Row&) = default;
  };
  static constexpr std::size_t kMostRows = 65'536;

  std::vector<Row> rows{};
  MonotonicTime until{};

  const Row* find(std::uint64_t resource) const;
};

/// One batch for each cluster. Of more than kMostRows in one cluster those that expect most; what is no number, or below 0, is left out.
std::map<std::string, ForecastBatch> batches_of(std::vector<SharedForecast> forecasts);

/// As octets for the store, and back; nothing for what is no such thing.
std::string encode_rows(const std::vector<ForecastBatch::Row>& rows);
std::optional<std::vector<ForecastBatch::Row>> decode_rows(std::string_view octets);

/// One thread at a time.
class ShareForecasts {
 public:
  static constexpr std::size_t kMostBatches = 4096;

  void take(const std::string& cluster, const std::string& member, ForecastBatch batch, MonotonicTime now);
  /// The sum over servers. The spread above what is expected adds up as that of independent counts.
  std::optional<SharedForecast> forecast(std::uint64_t resource, std::string_view cluster, MonotonicTime now) const;

 private:
  std::map<std::string, std::map<std::string, ForecastBatch>, std::less<>> clusters_;
  std::size_t batches_ = 0;
};

}  // namespace harbinger::mirror
