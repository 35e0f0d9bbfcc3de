#include "persona/act_journal.h"

#include <algorithm>

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostWaiting = 1 << 15;  // acts between two writes
constexpr std::uint64_t kMostOctets = 64 << 20;

std::uint32_t thousandths(float number) noexcept {
  return static_cast<std::uint32_t>(std::clamp(static_cast<double>(number) * 1000, 0.0, 4e9));
}

}  // namespace

Access access_of(const BehaviourEvent& act) noexcept {
  Access access{.at = act.at, .client = act.client, .resource = act.resource, .outcome = act.outcome, .type = act.type};
  access.size_bytes =
      static_cast<std::uint32_t>(act.action) << 24 | static_cast<std::uint32_t>(act.device) << 16 | act.location;
  access.ttl_s = thousandths(act.dwell_s);
  access.latency_us = thousandths(act.extent);
  return access;
}

BehaviourEvent act_of(const Access& access) noexcept {
  return {.client = access.client,
          .at = access.at,
          .resource = access.resource,
          .action = static_cast<Action>(access.size_bytes >> 24),
          .device = static_cast<DeviceClass>(access.size_bytes >> 16 & 0xff),
          .outcome = access.outcome,
          .location = static_cast<std::uint16_t>(access.size_bytes),
          .type = access.type,
          .dwell_s = static_cast<float>(access.ttl_s) / 1000,
          .extent = static_cast<float>(access.latency_us) / 1000};
}

Result<std::unique_ptr<ActJournal>> ActJournal::open(const std::filesystem::path& directory,
                                                     const std::filesystem::path& key_file, UnixMillis now) {
  auto history = open_access_history({.directory = directory, .key_file = key_file, .max_bytes = kMostOctets}, now);
  if (!history) return fail(history.error());
  return std::unique_ptr<ActJournal>(new ActJournal(std::move(*history)));
}

void ActJournal::Buffer::clear() {
  acts.clear();
  lengths.clear();
  text.clear();
}

void ActJournal::put(std::span<const BehaviourEvent> acts) {
  if (acts.empty()) return;
  const std::lock_guard guard(mutex_);
  const auto count = std::min(acts.size(), kMostWaiting - put_.acts.size());
  lost_ += acts.size() - count;
  for (const auto& act : acts.first(count)) {
    put_.acts.push_back(act);
    put_.lengths.push_back(static_cast<std::uint8_t>(act.resource.size()));
    put_.text += act.resource;
  }
}

void ActJournal::write(UnixMillis now) {
  {
    const std::lock_guard guard(mutex_);
    std::swap(put_, writing_);
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < writing_.acts.size(); ++i) {
    auto& act = writing_.acts[i];
    act.resource = std::string_view(writing_.text).substr(at, writing_.lengths[i]);
    at += writing_.lengths[i];
    history_->append(access_of(act));
  }
  writing_.clear();
  history_->tend(now);
}

void ActJournal::recall(UnixMillis since, const std::function<void(const BehaviourEvent&)>& use) const {
  // What cannot be read is left out: training goes on with the rest.
  const auto read = history_->read(since, [&](const Access& access) { use(act_of(access)); });
  static_cast<void>(read);
}

std::uint64_t ActJournal::lost() const {
  const std::lock_guard guard(mutex_);
  return lost_;
}

}  // namespace harbinger::persona
