#include "plugins/prefetch/hint_chooser.h"

#include <algorithm>
#include <charconv>

#include <harbinger/resource_text.h>
#include <harbinger/troubled.h>

namespace harbinger::prefetch {

namespace {

// Links on which every octet counts get only what is more likely than not.
constexpr double kCarefulFloor = 0.5;

bool is_careful(NetworkClass network) { return network == NetworkClass::slow || network == NetworkClass::metered; }

// The part behind `#` of a fragment's text: offset, plus sign, length.
std::optional<ByteRange> range_of(std::string_view part) noexcept {
  ByteRange range;
  const auto* end = part.data() + part.size();
  const auto offset = std::from_chars(part.data(), end, range.offset);
  if (offset.ec != std::errc() || offset.ptr == end || *offset.ptr != '+') return std::nullopt;
  const auto length = std::from_chars(offset.ptr + 1, end, range.length);
  if (length.ec != std::errc() || length.ptr != end) return std::nullopt;
  return range;
}

float weight_of(const PersonaProfile& profile, std::string_view resource) noexcept {
  for (const auto& [pattern, weight] : profile.priorities)
    if (matches_pattern(pattern, resource)) return weight;
  return 1;
}

// What this persona cares for comes first; what is said of its probability stays.
void put_in_order(const PersonaProfile& profile, std::span<ServedTable::Successor> successors) noexcept {
  if (profile.priorities.empty()) return;
  std::array<std::pair<float, std::size_t>, HintChoice::kMost> order;
  std::array<ServedTable::Successor, HintChoice::kMost> before;
  for (std::size_t i = 0; i < successors.size(); ++i) {
    before[i] = successors[i];
    order[i] = {-successors[i].soon * weight_of(profile, successors[i].text), i};
  }
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(successors.size()));
  for (std::size_t i = 0; i < successors.size(); ++i) successors[i] = before[order[i].second];
}

std::optional<ByteRange> range_in(std::string_view resource) noexcept {
  const auto mark = resource.rfind('#');
  return mark == std::string_view::npos ? std::nullopt : range_of(resource.substr(mark + 1));
}

}  // namespace

std::string_view to_string(Held held) {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Held::limit)> kWords{
      "hinted",  "save_data", "persona",  "pressure", "endpoint",  "unlikely",      "skipped",         "not_served",
      "private", "just_had",  "fragment", "too_many", "too_large", "client_budget", "resource_budget", "global_budget"};
  return kWords[static_cast<std::size_t>(held)];
}

bool HintChooser::skips(std::string_view resource) const noexcept {
  return std::ranges::any_of(policy_.skip, [&](const auto& pattern) { return matches_pattern(pattern, resource); });
}

bool HintChooser::serves(std::string_view resource) const noexcept {
  const auto host = host_of(resource);
  return std::ranges::any_of(policy_.zones, [&](const auto& zone) { return is_within(host, zone); });
}

// Under pressure the floor rises to certainty and the number falls to none.
void HintChooser::set_limits(const HintAsking& asking, HintChoice& out) const noexcept {
  const double calm = 1 - std::clamp(asking.pressure, 0.0f, 1.0f);
  const auto* profile = asking.profile;
  const double usual = profile && profile->hint_floor > 0 ? static_cast<double>(profile->hint_floor) : policy_.floor;
  const double floor = std::max(
      {usual, asking.request.min_confidence_pct / 100.0, is_careful(asking.request.network) ? kCarefulFloor : 0.0});
  out.floor = 1 - (1 - floor) * calm;
  out.calm_floor = usual;
  const std::size_t most = profile && profile->hints > 0 ? profile->hints : policy_.most;
  out.wanted = std::min<std::size_t>(most, asking.request.max_hints);
  out.most = static_cast<std::size_t>(static_cast<double>(out.wanted) * calm);
}

void HintChooser::choose(const ServedTable& served, const HintAsking& asking, bool spend, HintChoice& out) noexcept {
  set_limits(asking, out);
  std::array<ServedTable::Successor, HintChoice::kMost> successors;
  out.count = served.find(asking.current, asking.trail.before(asking.current), asking.persona, successors);
  if (asking.profile) put_in_order(*asking.profile, std::span(successors).first(out.count));
  const std::size_t most_parts =
      asking.profile && asking.profile->fragments_ahead > 0 ? asking.profile->fragments_ahead : HintChoice::kMost;
  std::size_t given = 0, parts = 0;
  std::uint64_t octets = 0;
  for (std::size_t i = 0; i < out.count; ++i) {
    auto& candidate = out.candidates[i];
    candidate = {successors[i], resource_hash(successors[i].text), Held::no};
    candidate.successor.soon = std::min(candidate.successor.soon, asking.goes_on);
    candidate.held = weigh(asking, candidate, out);
    const bool part = range_in(candidate.successor.text).has_value();
    if (candidate.held == Held::no && (given >= out.most || (part && parts >= most_parts)))
      candidate.held = out.most < out.wanted ? Held::pressure : Held::too_many;
    if (candidate.held == Held::no && asking.request.max_bytes != 0 &&
        octets + candidate.successor.size_bytes > asking.request.max_bytes)
      candidate.held = Held::too_large;
    if (candidate.held == Held::no && spend) candidate.held = take(asking, candidate);
    if (candidate.held != Held::no) continue;
    ++given;
    parts += part;
    octets += candidate.successor.size_bytes;
  }
}

Held HintChooser::weigh(const HintAsking& asking, const HintCandidate& candidate,
                        const HintChoice& choice) const noexcept {
  const auto& successor = candidate.successor;
  if (asking.request.save_data) return Held::save_data;
  if (asking.profile && !asking.profile->prefetch) return Held::persona;
  if (static_cast<double>(successor.soon) < choice.floor)
    return static_cast<double>(successor.soon) < choice.calm_floor || asking.pressure <= 0 ? Held::unlikely
                                                                                           : Held::pressure;
  if (candidate.hash == asking.current || asking.trail.has(candidate.hash)) return Held::just_had;
  if (!successor.is_for(asking.client)) return Held::for_another;
  if (skips(successor.text)) return Held::skipped;
  if (!serves(successor.text)) return Held::not_served;
  if (troubled().is(host_of(successor.text))) return Held::endpoint;
  if (!asking.request.fragments && range_in(successor.text)) return Held::fragment;
  return Held::no;
}

Held HintChooser::take(const HintAsking& asking, const HintCandidate& candidate) noexcept {
  switch (budget_.take(asking.client, candidate.hash, candidate.successor.size_bytes, asking.now)) {
    case TokenBudget::Limit::none:
      return Held::no;
    case TokenBudget::Limit::client:
      return Held::client_budget;
    case TokenBudget::Limit::resource:
      return Held::resource_budget;
    case TokenBudget::Limit::global:
      return Held::global_budget;
  }
  return Held::no;
}

Hint to_hint(const HintCandidate& candidate) noexcept {
  const auto& successor = candidate.successor;
  Hint hint;
  hint.resource = successor.text;
  hint.range = range_in(successor.text);
  if (hint.range) hint.resource = hint.resource.substr(0, hint.resource.rfind('#'));
  hint.confidence = successor.soon;
  hint.size_bytes = successor.size_bytes;
  hint.in_ms = successor.in_ms;
  return hint;
}

}  // namespace harbinger::prefetch
