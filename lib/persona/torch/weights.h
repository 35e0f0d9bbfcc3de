// All weights of the network in one row of floats: what is copied, kept, stored and stepped is always the whole.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/result.h>
#include "persona/network.h"
#include "persona/torch/algebra.h"

namespace harbinger::persona::nn {

/// The parts in their order. First the embeddings, one for each field of an EventCode; then the GRU; then the head.
enum class Part : std::uint8_t {
  resource,
  site,
  target,
  action,
  gap,
  dwell,
  hour,
  device,
  location,
  input,       ///< GRU: from the embeddings, joined, to the gates
  input_bias,  ///< GRU
  state,       ///< GRU: from the state to the gates
  state_bias,  ///< GRU
  head,        ///< from the state to the targets
  head_bias,
  limit
};

struct Shape {
  std::size_t rows, columns;
  constexpr std::size_t size() const { return rows * columns; }
};

inline constexpr std::size_t kFields = 9;           ///< of an EventCode
inline constexpr std::size_t kGates = 3 * kHidden;  ///< reset, update, new; in this order, as LibTorch has them
inline constexpr std::size_t kTargets = EventCode::kTargets;

inline constexpr std::array<Shape, kFields> kEmbeddings{{{EventCode::kResources, 16},
                                                         {EventCode::kSites, 16},
                                                         {EventCode::kTargets, 16},
                                                         {static_cast<std::size_t>(Action::limit), 4},
                                                         {EventCode::kGaps, 8},
                                                         {EventCode::kDwells, 4},
                                                         {EventCode::kHours, 8},
                                                         {static_cast<std::size_t>(DeviceClass::limit), 4},
                                                         {EventCode::kLocations, 4}}};

constexpr std::size_t embedded_width() {
  std::size_t width = 0;
  for (const Shape& shape : kEmbeddings) width += shape.columns;
  return width;
}

constexpr Shape shape_of(Part part) {
  if (const auto field = static_cast<std::size_t>(part); field < kFields) return kEmbeddings[field];
  if (part == Part::input) return {kGates, embedded_width()};
  if (part == Part::state) return {kGates, kHidden};
  if (part == Part::head) return {kTargets, kHidden};
  return {part == Part::head_bias ? kTargets : kGates, 1};
}

/// Where a part begins; of Part::limit, the size of the whole.
constexpr std::size_t offset_of(Part part) {
  std::size_t offset = 0;
  for (std::size_t before = 0; before < static_cast<std::size_t>(part); ++before)
    offset += shape_of(static_cast<Part>(before)).size();
  return offset;
}

/// The numbers of an event's rows in the embeddings. Codes beyond their range count as the last one.
using Fields = std::array<std::uint16_t, kFields>;
Fields fields_of(const EventCode& event) noexcept;

struct Weights {
  std::vector<float> all = std::vector<float>(offset_of(Part::limit));

  float* of(Part part) { return all.data() + offset_of(part); }
  const float* of(Part part) const { return all.data() + offset_of(part); }
  bool finite() const noexcept;
};

/// A part as a matrix. It can be written to, whatever the weights are: only who has them for writing does.
View view(const Weights& weights, Part part);

/// The same for the same seed, everywhere.
Weights random_weights(std::uint64_t seed);

/// As octets with shapes and a check sum, and back: `malformed` for anything that `pack` did not make.
std::vector<std::uint8_t> pack(const Weights& weights);
Result<Weights> unpack(std::span<const std::uint8_t> octets);

}  // namespace harbinger::persona::nn
