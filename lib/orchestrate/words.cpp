// The words that pages, logs and metrics tell states by.
#include <algorithm>
#include <array>

#include "orchestrate/engine.h"

namespace harbinger::orchestrate {
namespace {

template <class Value, std::size_t count>
std::string_view word_of(const std::array<std::string_view, count>& words, Value value) {
  const auto place = static_cast<std::size_t>(value);
  return place < count ? words[place] : "?";
}

constexpr std::array<std::string_view, kAttributes> kAttributeWords{"skill", "use-case", "sensitivity", "security"};
constexpr std::array<std::string_view, 3> kSkills{"beginner", "intermediate", "expert"};
constexpr std::array<std::string_view, 3> kUseCases{"development", "testing", "production"};
constexpr std::array<std::string_view, 2> kSensitivities{"latency-critical", "cost-optimised"};
constexpr std::array<std::string_view, 3> kSecurities{"open", "standard", "strict"};

}  // namespace

std::string_view to_string(ActivityOutcome outcome) noexcept {
  return word_of<ActivityOutcome, 4>({"succeeded", "failed", "denied", "throttled"}, outcome);
}

std::string_view to_string(ActorClass actor) noexcept {
  return word_of<ActorClass, 5>({"unknown", "console", "command-line", "library", "service"}, actor);
}

std::string_view to_string(ActivityFault fault) noexcept {
  return word_of<ActivityFault, 10>(
      {"none", "shape", "no_actor", "bad_time", "from_the_future", "too_old", "repeated", "flood", "too_large", "shed"},
      fault);
}

std::string_view to_string(Attribute attribute) noexcept { return word_of(kAttributeWords, attribute); }

std::optional<Attribute> parse_attribute(std::string_view word) noexcept {
  const auto* found = std::ranges::find(kAttributeWords, word);
  if (found == kAttributeWords.end()) return std::nullopt;
  return static_cast<Attribute>(found - kAttributeWords.begin());
}

std::span<const std::string_view> values_of(Attribute attribute) noexcept {
  switch (attribute) {
    case Attribute::skill:
      return kSkills;
    case Attribute::use_case:
      return kUseCases;
    case Attribute::sensitivity:
      return kSensitivities;
    case Attribute::security:
      return kSecurities;
    case Attribute::limit:
      break;
  }
  return {};
}

std::string_view to_string(Mode mode) { return word_of<Mode, 4>({"off", "dry-run", "approval", "on"}, mode); }

std::string_view to_string(Action::Kind kind) { return word_of<Action::Kind, 3>({"make", "change", "remove"}, kind); }

std::string_view to_string(Action::State state) {
  return word_of<Action::State, 8>({"proposed", "held", "would", "acting", "done", "failed", "denied", "expired"},
                                   state);
}

std::string_view to_string(Resource::Step step) {
  return word_of<Resource::Step, 5>({"ordered", "starting", "spare", "claimed", "removing"}, step);
}

std::string to_string(const Need& need) {
  std::string text = need.count == 1 ? std::string() : std::to_string(need.count) + " x ";
  text += need.machine.empty() ? need.kind : need.machine;
  if (!need.image.empty()) text += " with " + need.image;
  if (need.storage_gb > 0) text += ", " + std::to_string(need.storage_gb) + " GB";
  if (need.bandwidth_mbps > 0) text += ", " + std::to_string(need.bandwidth_mbps) + " Mbit/s";
  if (!need.security.empty()) text += ", security " + need.security;
  return text;
}

}  // namespace harbinger::orchestrate
