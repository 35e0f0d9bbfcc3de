// The loops between two matrix products, on eight floats at once. LibTorch would do each of them as five to ten passes over memory.
#pragma once

#include <cstdint>

#include "persona/torch/weights.h"

namespace harbinger::persona::nn {

/// Functions for the processor that runs this. Rows of `product` are `stride` floats apart.
struct Kernels {
  /// The GRU's step for `count` clients: hidden [count][kHidden] from the gates' sums of the input (of `table` one row for each field of an event;
  /// fields lie one below the other) and of the state (`product`, with `bias` of the new gate). What is no number becomes 0.
  void (*advance)(const float* table, const Fields* events, const float* product, std::size_t stride, const float* bias,
                  float* hidden, std::size_t count);
  /// -ln of the softmax of a row and `bias` at its target. Never negative, always finite.
  void (*surprise)(const float* product, std::size_t stride, const float* bias, const EventCode* events, float* out,
                   std::size_t count);
  /// ln of the softmax of rows [count][kTargets] and `bias`, in place.
  void (*log_softmax)(float* rows, const float* bias, std::size_t count);
};

const Kernels& kernels() noexcept;
/// Those of any processor.
const Kernels& plain_kernels() noexcept;

/// Rows of the table that stand before those of a field; of kFields, all.
constexpr std::size_t table_rows_before(std::size_t field) {
  std::size_t rows = 0;
  for (std::size_t before = 0; before < field; ++before) rows += kEmbeddings[before].rows;
  return rows;
}

}  // namespace harbinger::persona::nn
