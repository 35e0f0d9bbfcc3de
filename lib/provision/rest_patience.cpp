#include "provision/rest_patience.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>

#include "edge/freshness.h"

namespace harbinger::provision {

std::optional<Duration> retry_after(const RestAnswer& answer, const Clock& clock) {
  constexpr Duration kLeast = std::chrono::milliseconds(50);
  if (answer.status < 400) return std::nullopt;
  const auto text = answer.field("retry-after");
  unsigned seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds);
  if (!text.empty() && read.ec == std::errc() && read.ptr == end)
    return std::max(kLeast, Duration(std::chrono::seconds(seconds)));
  if (const auto date = edge::parse_http_date(text)) {
    // A date of thousands of years ahead would not fit into nanoseconds.
    constexpr std::chrono::hours kMost{24};
    const auto now = clock.calendar();
    const auto near = std::chrono::floor<std::chrono::seconds>(now);
    return std::max<Duration>(kLeast, std::clamp(*date, near - kMost, near + kMost) - now);
  }
  if (answer.status == 429) return std::chrono::seconds(1);
  return std::nullopt;
}

bool rest_for(Duration time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any told;
  std::unique_lock lock(mutex);
  return !told.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

Result<RestAnswer> call_patiently(RestClient& client, const RestRequest& request, const RestLimits& limits,
                                  const Clock& clock) {
  for (;;) {
    auto answer = client.call(request, limits);
    if (!answer || answer->fine()) return answer;
    const auto again = retry_after(*answer, clock);
    if (!again || clock.now() + *again >= limits.deadline || !rest_for(*again, limits.stop)) return answer;
  }
}

}  // namespace harbinger::provision
