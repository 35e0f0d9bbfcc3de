#include "persona/client_state.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>

#include "persona/half_float.h"

namespace harbinger::persona {

namespace {

constexpr double kFirstGapMs = 100, kGapStep = 0.84;  // octaves of a bucket
constexpr UnixMillis kHourMs = 3'600'000;
constexpr std::uint8_t kMostPairs = 15;

void count_name(ClientState& state, const ActCode& act) noexcept {
  const std::uint32_t name = act.resource | std::uint32_t{act.site} << 12;
  std::uint32_t* least = state.names.data();
  for (auto& known : state.names) {
    if (known >> 24 != 0 && (known & 0x1fffff) == name) {
      known += 1u << 24;
      return;
    }
    // The first of the least counted is the one that is there for longest: entries keep their order.
    if (known >> 24 < *least >> 24) least = &known;
  }
  std::move(least + 1, state.names.data() + state.names.size(), least);
  state.names.back() = name | 1u << 24;
  state.fresh = static_cast<std::uint8_t>(std::min(state.fresh + 1, 255));
}

void count_pair(ClientState& state, std::uint16_t pair) noexcept {
  auto* const begin = state.pairs.data();
  auto* at = std::find_if(begin, begin + state.pairs.size(),
                          [&](std::uint16_t known) { return known >> 12 != 0 && (known & 0xfff) == pair; });
  std::uint32_t count = 1;
  if (at == begin + state.pairs.size())
    --at;
  else
    count = std::min<std::uint32_t>((*at >> 12) + 1, kMostPairs);
  std::move_backward(begin, at, at + 1);
  *begin = static_cast<std::uint16_t>(pair | count << 12);
}

template <std::size_t Size>
void halve(std::array<std::uint8_t, Size>& counts) noexcept {
  for (auto& count : counts) count /= 2;
}

void halve(std::uint8_t& count) noexcept { count /= 2; }

void age(ClientState& state) noexcept {
  for (auto& name : state.names) name = (name >> 25) << 24 | (name & 0x1fffff);
  for (auto& pair : state.pairs) pair = static_cast<std::uint16_t>((pair >> 13) << 12 | (pair & 0xfff));
  halve(state.actions), halve(state.gaps), halve(state.hours), halve(state.topics);
  halve(state.addresses), halve(state.failed), halve(state.repeats), halve(state.fresh);
}

// The average runs over 32 acts. Its steps are smaller than the last bit, so they are rounded up and down by chance (the golden ratio's).
void pool_hidden(ClientState& state) noexcept {
  std::array<float, ClientState::kPooled> folded{};
  for (std::size_t i = 0; i < kHidden; ++i) {
    const float sign = (i * 0x9e3779b9u >> 13 & 1) ? 1.0F : -1.0F;
    folded[i % ClientState::kPooled] += sign * from_half(state.hidden[i]);
  }
  const float rate = 1.0F / static_cast<float>(std::min<std::uint32_t>(state.events + 1, 32));
  const float chance = static_cast<float>(state.events * 0x9e3779b9u >> 8) * 0x1p-24F;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const float now = std::clamp(folded[i] * 63.5F, -127.0F, 127.0F), old = state.pooled[i];
    state.pooled[i] =
        static_cast<std::int8_t>(std::clamp(std::floor(old + rate * (now - old) + chance), -127.0F, 127.0F));
  }
}

std::uint8_t hours_of(UnixMillis at) noexcept {
  const auto hour = ((at / kHourMs + 2) % 24 + 24) % 24;
  return static_cast<std::uint8_t>(hour / 4);
}

bool asked_lately(const ClientState& state, const ActCode& act) noexcept {
  return std::ranges::any_of(
      state.recent, [&](std::uint32_t one) { return one != 0 && (one & 0x1fffff) == (act.pack() & 0x1fffff); });
}

void count(std::uint8_t& counter) noexcept { counter = static_cast<std::uint8_t>(std::min(counter + 1, 255)); }

void count_act(ClientState& state, const ActCode& act) noexcept {
  if (state.acts() >= ClientState::kWindow) age(state);
  if (asked_lately(state, act)) count(state.repeats);
  count_name(state, act);
  if (state.recent[0] != 0) count_pair(state, pair_of(ActCode::unpack(state.recent[0]), act));
  count(state.actions[act.action]);
  if (act.gap != ActCode::kNoGap) count(state.gaps[act.gap]);
  std::ranges::move_backward(state.recent.begin(), state.recent.end() - 1, state.recent.end());
  state.recent[0] = act.pack();
  ++state.events;
}

}  // namespace

std::uint8_t fine_gap(UnixMillis gap) noexcept {
  if (gap < kFirstGapMs) return 0;
  const double octaves = std::log2(static_cast<float>(gap) / static_cast<float>(kFirstGapMs));
  return static_cast<std::uint8_t>(std::min(1 + octaves / kGapStep, ActCode::kGaps - 1.0));
}

float gap_seconds(std::uint8_t bucket) noexcept {
  return static_cast<float>(kFirstGapMs / 1000 * std::exp2((bucket - 0.5) * kGapStep));
}

std::uint16_t pair_of(const ActCode& before, const ActCode& act) noexcept {
  return static_cast<std::uint16_t>((before.resource * 0x9e3779b1u + act.resource * 0x85ebca77u) >> 20);
}

std::uint32_t ClientState::acts() const noexcept { return std::accumulate(actions.begin(), actions.end(), 0u); }

ClientState& state_of(ClientProfile& profile) noexcept {
  return *std::launder(reinterpret_cast<ClientState*>(profile.octets.data()));
}

const ClientState& state_of(const ClientProfile& profile) noexcept {
  return *std::launder(reinterpret_cast<const ClientState*>(profile.octets.data()));
}

void ClientProfile::read_hidden(std::span<float> out) const noexcept {
  const auto& hidden = state_of(*this).hidden;
  for (std::size_t i = 0; i < std::min(out.size(), kHidden); ++i) out[i] = from_half(hidden[i]);
}

void ClientProfile::write_hidden(std::span<const float> hidden) noexcept {
  auto& own = state_of(*this).hidden;
  for (std::size_t i = 0; i < std::min(hidden.size(), kHidden); ++i) own[i] = to_half(hidden[i]);
}

ActCode code_of(const ClientState& state, const BehaviourEvent& event, const EventCode& code) noexcept {
  ActCode act;
  act.resource = static_cast<std::uint16_t>(code.resource % ActCode::kResources);
  act.site = static_cast<std::uint16_t>(code.site % ActCode::kSites);
  act.action = static_cast<std::uint8_t>(event.action) % ActCode::kActions;
  if (state.last_at != 0) act.gap = fine_gap(event.at - state.last_at);
  return act;
}

void note(ClientState& state, const BehaviourEvent& event, const EventCode& code, const ActCode& act,
          Topic topic) noexcept {
  pool_hidden(state);
  count_act(state, act);
  count(state.hours[hours_of(event.at)]);
  if (topic != Topic::none) count(state.topics[static_cast<std::size_t>(topic)]);
  if (event.type == 1 || event.type == 28) count(state.addresses);
  if (event.outcome >= Outcome::not_found) count(state.failed);
  if (code.dwell != 0)
    state.dwell =
        static_cast<std::uint8_t>(state.dwell == 0 ? code.dwell * 8 : state.dwell + code.dwell - state.dwell / 8);
  if (event.device != DeviceClass::unknown) state.device = static_cast<std::uint8_t>(event.device);
  state.last_at = event.at;
}

void forget(ClientState& state, std::size_t keep) noexcept {
  const auto recent = state.recent;
  state.events = 0;
  state.names = {}, state.recent = {}, state.pairs = {};
  state.actions = {}, state.gaps = {}, state.hours = {}, state.topics = {};
  state.addresses = state.failed = state.repeats = state.fresh = state.dwell = 0;
  for (std::size_t i = std::min(keep, recent.size()); i-- > 0;)
    if (recent[i] != 0) count_act(state, ActCode::unpack(recent[i]));
}

}  // namespace harbinger::persona
