// A client's behaviour as counted words of one vocabulary: what clusters are mixtures over.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "persona/client_state.h"

namespace harbinger::persona {

/// What a client's behaviour is looked at for. Each part is a distribution of its own.
enum class Part : std::uint8_t {
  resource,
  site,
  pair,
  action,
  gap,
  hour,
  kind,
  device,
  failed,
  repeats,
  hidden,
  limit
};
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::limit);
inline constexpr std::uint32_t kHiddenBins = 8;
inline constexpr std::array<std::uint32_t, kParts> kPartRows{ActCode::kResources,
                                                             ActCode::kSites,
                                                             ActCode::kPairs,
                                                             ActCode::kActions,
                                                             ActCode::kGaps,
                                                             ClientState::kHours,
                                                             2,
                                                             static_cast<std::uint32_t>(DeviceClass::limit),
                                                             2,
                                                             2,
                                                             ClientState::kPooled* kHiddenBins};
/// Where each part's rows begin; the last is their number.
inline constexpr std::array<std::uint32_t, kParts + 1> kPartBegin = [] {
  std::array<std::uint32_t, kParts + 1> begin{};
  for (std::size_t i = 0; i < kParts; ++i) begin[i + 1] = begin[i] + kPartRows[i];
  return begin;
}();
inline constexpr std::uint32_t kRows = kPartBegin[kParts];
inline constexpr std::uint32_t row_of(Part part, std::uint32_t at) {
  return kPartBegin[static_cast<std::size_t>(part)] + at;
}

/// Weights are whole numbers, so that sums do not depend on their order.
inline constexpr std::int32_t kTokenUnit = 16;
struct Token {
  std::uint16_t row = 0, weight = 0;
};

/// The middle and the width of what clients' averaged states usually are, for each of its numbers.
struct HiddenScale {
  std::array<float, ClientState::kPooled> middle{}, width{};
};

struct Tokens {
  static constexpr std::size_t kMost = 2 * ClientState::kNames + ClientState::kPairs + ActCode::kActions +
                                       ActCode::kGaps + ClientState::kHours + 2 + 1 + 2 + 2 + 2 * ClientState::kPooled;
  std::array<Token, kMost> tokens;
  std::array<std::uint16_t, kParts + 1> begin{};  ///< of each part's tokens
  std::array<std::uint16_t, kParts> total{};      ///< weight of each part

  std::span<const Token> of(std::size_t part) const {
    return std::span(tokens).subspan(begin[part], begin[part + 1] - begin[part]);
  }
};

/// Repeats count less than new things do: clients have habits that are not their class's.
Tokens tokens_of(const ClientState& state, const HiddenScale& scale) noexcept;

}  // namespace harbinger::persona
