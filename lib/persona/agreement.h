// How well a grouping agrees with another one that is known to be right.
#pragma once

#include <cstdint>
#include <span>

namespace harbinger::persona {

/// Of two labellings of the same things; equal ones have 1 each, by chance 0.
struct Agreement {
  double rand = 0;              ///< adjusted Rand index (Hubert and Arabie)
  double mutual = 0;            ///< normalised mutual information (arithmetic mean)
  double purity = 0;            ///< share of things whose group has mostly their label
  double groups_per_label = 0;  ///< groups in which a label is the commonest, of those labels that have any
};

Agreement agreement_of(std::span<const std::uint32_t> labels, std::span<const std::uint32_t> groups);

}  // namespace harbinger::persona
