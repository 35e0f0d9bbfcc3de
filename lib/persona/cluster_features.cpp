#include "persona/cluster_features.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace harbinger::persona {

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
constexpr float kPauseS = 600;  // longer gaps say nothing of how fast somebody acts

// All clients' counters added up.
struct Sums {
  float acts = 0, failed = 0, repeats = 0, fresh = 0, dwell = 0, dwelling = 0, told_devices = 0, clients = 0;
  std::array<float, ActCode::kActions> actions{};
  std::array<float, ActCode::kGaps> gaps{};
  std::array<float, ClientState::kHours> hours{};
  std::array<float, kTopics> topics{};
  std::array<float, static_cast<std::size_t>(DeviceClass::limit)> devices{};
};

template <std::size_t Size>
void add(std::array<float, Size>& to, const std::array<std::uint8_t, Size>& counts) {
  std::ranges::transform(to, counts, to.begin(), [](float sum, std::uint8_t count) { return sum + count; });
}

void add(Sums& sums, const ClientState& client) {
  sums.acts += static_cast<float>(client.acts());
  sums.failed += client.failed;
  sums.repeats += client.repeats;
  sums.fresh += client.fresh;
  add(sums.actions, client.actions);
  add(sums.gaps, client.gaps);
  add(sums.hours, client.hours);
  add(sums.topics, client.topics);
  ++sums.clients;
  if (client.dwell != 0) sums.dwell += static_cast<float>(client.dwell) / 8, ++sums.dwelling;
  if (client.device == 0) return;
  ++sums.devices[std::min<std::size_t>(client.device, sums.devices.size() - 1)];
  ++sums.told_devices;
}

// EventCode::dwell steps by 2 and 2.5 in turn, so by ten every three steps, from half a second on.
float dwell_seconds(float bucket) { return 0.5F * std::pow(10.0F, (bucket - 1) / 3); }

void tell_gaps(const Sums& sums, Features& features) {
  float known = 0, logs = 0, squares = 0, brief = 0, seconds = 0;
  for (std::uint8_t bucket = 0; bucket < ActCode::kGaps; ++bucket) {
    const float count = sums.gaps[bucket], gap = gap_seconds(bucket), log = std::log2(gap);
    known += count;
    logs += count * log;
    squares += count * log * log;
    if (gap < kPauseS) brief += count, seconds += count * gap;
  }
  if (known <= 0) return;
  const float mean = logs / known, spread = std::max(squares / known - mean * mean, 0.0F);
  features[static_cast<std::size_t>(Feature::gap_s)] = std::exp2(mean);
  // One octave of spread is what people have within a session at least.
  features[static_cast<std::size_t>(Feature::regularity)] = std::exp(-std::sqrt(spread));
  if (seconds > 0) features[static_cast<std::size_t>(Feature::acts_per_minute)] = 60 * brief / seconds;
}

}  // namespace

Features features_of(std::span<const ClientState* const> clients) noexcept {
  Sums sums;
  for (const auto* client : clients) add(sums, *client);
  Features features;
  features.fill(kUnknown);
  if (sums.acts <= 0) return features;
  const auto set = [&](Feature feature, float value) { features[static_cast<std::size_t>(feature)] = value; };
  set(Feature::night, (sums.hours[0] + sums.hours[1]) / sums.acts);
  set(Feature::distinct, std::min(sums.fresh / sums.acts, 1.0F));
  set(Feature::repeat, sums.repeats / sums.acts);
  set(Feature::failed, sums.failed / sums.acts);
  if (sums.dwelling > 0) set(Feature::dwell_s, dwell_seconds(sums.dwell / sums.dwelling));
  tell_gaps(sums, features);

  constexpr std::array kActions{
      std::pair(Feature::query, Action::query),       std::pair(Feature::navigation, Action::navigation),
      std::pair(Feature::click, Action::click),       std::pair(Feature::scroll, Action::scroll),
      std::pair(Feature::api_call, Action::api_call), std::pair(Feature::playback, Action::playback)};
  for (const auto& [feature, action] : kActions)
    set(feature, sums.actions[static_cast<std::size_t>(action)] / sums.acts);
  constexpr std::array kTopicsTold{
      std::pair(Feature::fragments, Topic::fragments), std::pair(Feature::video, Topic::video),
      std::pair(Feature::game, Topic::game),           std::pair(Feature::social, Topic::social),
      std::pair(Feature::reading, Topic::reading),     std::pair(Feature::telemetry, Topic::telemetry)};
  for (const auto& [feature, topic] : kTopicsTold)
    set(feature, sums.topics[static_cast<std::size_t>(topic)] / sums.acts);
  if (sums.told_devices <= 0) return features;
  constexpr std::array kDevices{
      std::pair(Feature::desktop, DeviceClass::desktop), std::pair(Feature::phone, DeviceClass::phone),
      std::pair(Feature::tablet, DeviceClass::tablet),   std::pair(Feature::television, DeviceClass::television),
      std::pair(Feature::console, DeviceClass::console), std::pair(Feature::thing, DeviceClass::thing),
      std::pair(Feature::bot, DeviceClass::bot),         std::pair(Feature::server, DeviceClass::server)};
  for (const auto& [feature, device] : kDevices)
    set(feature, sums.devices[static_cast<std::size_t>(device)] / sums.told_devices);
  return features;
}

}  // namespace harbinger::persona
