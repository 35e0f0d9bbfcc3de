#include "learn/refresh_flows.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harbinger {
namespace {

constexpr float kSameTimeMs = 1500;  // a retry, or another type of the same question
constexpr float kRegular = 0.08F;    // deviation, as a share of the interval
constexpr float kMostOff = 0.3F;     // what is further off starts anew
constexpr std::uint16_t kProved = 2;
constexpr UnixMillis kLeastMarginMs = 1500;

std::uint64_t pair_of(ClientKey client, std::uint64_t record_key) {
  return (client ^ record_key) * 0x9e3779b97f4a7c15U;
}

std::uint32_t tag_of(std::uint64_t pair) { return static_cast<std::uint32_t>(pair >> 32) | 1; }

}  // namespace

Flows::Flows(std::size_t pairs)
    : flows_(std::bit_ceil(std::max<std::size_t>(pairs / kWays, 2)) * kWays), lines_(flows_.size() / kWays) {}

Flows::Flow& Flows::find(std::uint64_t pair) {
  const std::uint32_t tag = tag_of(pair);
  Flow* const line = &flows_[(pair & (lines_ - 1)) * kWays];
  Flow* idle = line;
  for (Flow* flow = line; flow != line + kWays; ++flow) {
    if (flow->tag == tag) return *flow;
    if (flow->last < idle->last) idle = flow;
  }
  *idle = Flow{};
  idle->tag = tag;
  return *idle;
}

UnixMillis Flows::last(ClientKey client, std::uint64_t record_key) const {
  const std::uint64_t pair = pair_of(client, record_key);
  const Flow* const line = &flows_[(pair & (lines_ - 1)) * kWays];
  for (const Flow* flow = line; flow != line + kWays; ++flow)
    if (flow->tag == tag_of(pair)) return flow->last;
  return 0;
}

std::optional<Expectation> Flows::asked(ClientKey client, std::uint64_t record_key, UnixMillis now) {
  Flow& flow = find(pair_of(client, record_key));
  const auto gap = static_cast<float>(now - flow.last);
  const bool first = flow.last == 0;
  if (!first && gap < kSameTimeMs) return std::nullopt;
  flow.last = now;
  if (first) return std::nullopt;
  const float off = std::abs(gap - flow.gap_ms);
  if (flow.gap_ms == 0 || off > kMostOff * flow.gap_ms) {
    flow.gap_ms = gap;
    flow.deviation_ms = 0.05F * gap;
    flow.times = 0;
    return std::nullopt;
  }
  flow.gap_ms += 0.25F * (gap - flow.gap_ms);
  flow.deviation_ms += 0.25F * (off - flow.deviation_ms);
  if (flow.times < 1000) ++flow.times;
  if (flow.times < kProved || flow.deviation_ms > kRegular * flow.gap_ms) return std::nullopt;
  const auto margin = std::max(kLeastMarginMs, static_cast<UnixMillis>(3 * flow.deviation_ms));
  return Expectation{now + static_cast<UnixMillis>(flow.gap_ms), margin, (flow.times + 1.0) / (flow.times + 2.0)};
}

}  // namespace harbinger
