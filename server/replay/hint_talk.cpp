#include "server/replay/hint_talk.h"

#include <array>

#include <harbinger/hints.h>
#include <harbinger/message.h>
#include "server/replay/filters.h"

namespace harbinger::replay {

namespace {

// EDNS option HINTS without data: hints, please, as many as may be.
constexpr auto kCode = static_cast<unsigned>(OptionCode::HINTS);
constexpr std::array<std::uint8_t, 4> kHintsPlease{kCode >> 8, kCode & 0xFF, 0, 0};

}  // namespace

HintTalk::HintTalk(const Trace& trace) : trace_(trace) {
  for (std::uint32_t i = 0; i < trace.resources.size(); ++i) numbers_.emplace(trace.resources.text(i), i);
}

std::string_view HintTalk::asked(const Visit& visit) const { return host_of(trace_.resources.text(visit.resource)); }

std::optional<std::vector<std::uint8_t>> HintTalk::query(const Visit& visit, std::uint16_t id) const {
  const auto text = asked(visit);
  const auto name = Name::parse(text);
  if (text.empty() || !name) return std::nullopt;
  return make_query(id, {*name, RRType::A}, true, 1232, false, kHintsPlease);
}

std::vector<Candidate> HintTalk::candidates(const Visit& visit, std::span<const std::uint8_t> reply) {
  std::vector<Candidate> candidates;
  const auto message = Message::parse(reply);
  if (!message || !message->edns) return candidates;
  const auto data = message->edns->option(OptionCode::HINTS);
  if (!data) return candidates;
  HintReader reader(*data, asked(visit));
  while (const auto hint = reader.next())
    candidates.push_back({number_of(hint->resource), hint->confidence, hint->confidence});
  return candidates;
}

std::uint32_t HintTalk::number_of(std::string_view text) {
  if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
  return trace_.resources.size() + strangers_.intern(text);
}

}  // namespace harbinger::replay
