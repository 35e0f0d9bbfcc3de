// A trace's accesses as queries that ask for hints, and the hints in replies as candidates.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/replay/contender.h"
#include "server/replay/names.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// The trace outlives it.
class HintTalk {
 public:
  explicit HintTalk(const Trace& trace);

  /// The query for the address of the name (or the host of the URL) that a visit is to; nothing for what is no name.
  std::optional<std::vector<std::uint8_t>> query(const Visit& visit, std::uint16_t id) const;
  /// The hints in the reply to a visit's query, in their order; their confidence stands for both probabilities. None in what is no reply.
  std::vector<Candidate> candidates(const Visit& visit, std::span<const std::uint8_t> reply);
  /// What the visit's query asks for, as text.
  std::string_view asked(const Visit& visit) const;

 private:
  std::uint32_t number_of(std::string_view text);

  const Trace& trace_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  Names strangers_;  // what is hinted at and never comes up in the trace
};

}  // namespace harbinger::replay
