#include "persona/distiller.h"

#include <algorithm>
#include <cmath>

namespace harbinger::persona {

namespace {

constexpr std::size_t kContexts = 1 << 14;
constexpr std::uint32_t kForgetAt = 1 << 16;  // acts of one target after which all its counts are halved
constexpr float kLeast = 0.05F;               // less probable successors are not worth telling
constexpr std::size_t kMostNext = 4;
constexpr UnixMillis kTellAgain = 600'000;

}  // namespace

Distiller::Distiller() : targets_(EventCode::kTargets), contexts_(kContexts) {}

// The space-saving sketch: what is not there replaces the rarest and inherits its count.
void Distiller::Target::note(const BehaviourEvent& act, std::uint64_t hash) {
  if (++total >= kForgetAt) {
    total /= 2;
    for (auto& each : popular) each.count /= 2;
  }
  auto there = std::ranges::find(popular, hash, &Popular::hash);
  if (there == popular.end()) {
    there = std::ranges::min_element(popular, {}, &Popular::count);
    there->hash = hash;
    there->text = act.resource;
    there->wanted = {};
  }
  ++there->count;
  there->wanted.note(act.client, act.at);
}

// Each context has one place; a stranger in it wears the count down first, so that what is frequent stays known as such.
bool Distiller::rare(std::uint64_t hash) {
  auto& place = contexts_[hash % kContexts];
  if (place.hash != hash) {
    if (place.seen > 1) {
      --place.seen;
      return false;
    }
    place = {.hash = hash};
  }
  if (place.seen < UINT16_MAX) ++place.seen;
  return place.seen >= 2 && place.seen <= kRareUpTo;
}

void Distiller::note(const BehaviourEvent& act, std::uint8_t target, PersonaId persona, std::span<const float> hidden) {
  const auto hash = resource_hash(act.resource);
  targets_[target].note(act, hash);
  if (!rare(hash)) return;
  if (standing_.size() < kMostAtOnce) standing_.emplace_back();
  auto& place = standing_[stood_++ % standing_.size()];
  place.hash = hash;
  place.persona = persona;
  place.context = act.resource;
  std::ranges::copy(hidden, place.hidden.begin());
}

void Distiller::distil(Network& network, UnixMillis now, std::vector<PersonaUpdate::Successors>& out) {
  std::erase_if(standing_, [&](const Standing& each) {
    const auto& context = contexts_[each.hash % kContexts];
    return context.hash != each.hash || context.seen > kRareUpTo ||
           (context.told != 0 && now - context.told < kTellAgain);
  });
  std::vector<float> hidden, log_p(standing_.size() * EventCode::kTargets);
  for (const auto& each : standing_) hidden.insert(hidden.end(), each.hidden.begin(), each.hidden.end());
  if (!standing_.empty()) network.predict(hidden, log_p);
  for (std::size_t i = 0; i < standing_.size(); ++i) {
    auto& context = contexts_[standing_[i].hash % kContexts];
    if (context.told == now) continue;  // another client stands there, too
    auto next = likely(std::span(log_p).subspan(i * EventCode::kTargets, EventCode::kTargets), standing_[i].hash);
    if (next.empty()) continue;
    context.told = now;
    out.push_back({std::move(standing_[i].context), standing_[i].persona, std::move(next)});
  }
  standing_.clear();
  stood_ = 0;
}

// A target stands for many resources: its probability is divided among those that it is usually for.
Distiller::Next Distiller::likely(std::span<const float> log_p, std::uint64_t context) const {
  Next next;
  for (std::size_t target = 0; target < EventCode::kTargets; ++target) {
    const auto p = std::exp(log_p[target]);
    if (!(p >= kLeast)) continue;
    for (const auto& each : targets_[target].popular) {
      const auto share = p * static_cast<float>(each.count) / static_cast<float>(std::max(targets_[target].total, 1U));
      if (share >= kLeast && each.hash != context && each.wanted.only() == WantedBy::kSeveral)
        next.emplace_back(each.text, std::min(share, 1.0F));
    }
  }
  std::ranges::stable_sort(next, std::ranges::greater{}, [](const auto& each) { return each.second; });
  if (next.size() > kMostNext) next.resize(kMostNext);
  return next;
}

}  // namespace harbinger::persona
