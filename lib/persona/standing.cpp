#include "persona/standing.h"

#include <algorithm>
#include <cmath>

namespace harbinger::persona {

namespace {

constexpr UnixMillis kMinuteMs = 60'000;
constexpr std::uint16_t kJudgedAfter = 10;  // minutes: the middle of a token's life
constexpr float kRemembers = 2000;

std::uint16_t minute_of(UnixMillis at) { return static_cast<std::uint16_t>(at / kMinuteMs); }

}  // namespace

std::size_t Standing::bucket_of(float margin) noexcept {
  return static_cast<std::size_t>(std::clamp(std::log2(std::max(margin, 0.0F) + 1) * 1.5F, 0.0F, kBuckets - 1.0F));
}

void Standing::mark(ClientState& state, float margin, UnixMillis now) noexcept {
  state.mark = static_cast<std::uint8_t>(bucket_of(margin) + 1);
  state.mark_at = minute_of(now);
}

void Standing::stands(ClientState& state, UnixMillis now) noexcept {
  if (state.mark != 0 && static_cast<std::uint16_t>(minute_of(now) - state.mark_at) >= kJudgedAfter) judge(state, 1);
}

void Standing::fell(ClientState& state) noexcept {
  if (state.mark != 0) judge(state, 0);
}

void Standing::judge(ClientState& state, float stood) noexcept {
  auto& count = counts_[std::min<std::size_t>(state.mark - 1u, kBuckets - 1)];
  state.mark = 0;
  if (count.all >= kRemembers) count.stood *= 0.5F, count.all *= 0.5F;
  count.stood += stood;
  ++count.all;
}

// Until there is a record, as if ten had been judged: a margin of a nat or two stands two times of three, one of many nearly always.
float Standing::of(float margin) const noexcept {
  const auto bucket = bucket_of(margin);
  const auto& count = counts_[bucket];
  const float prior = 0.55F + 0.06F * static_cast<float>(bucket);
  return (count.stood + 10 * prior) / (count.all + 10);
}

}  // namespace harbinger::persona
