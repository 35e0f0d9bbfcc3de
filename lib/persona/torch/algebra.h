// All that LibTorch does for the network: products of matrices, and gradients. Plain C++17, as LibTorch's headers are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace harbinger::persona::nn {

/// A matrix in memory of somebody else's. An element's neighbours are `down` and `across` floats away.
struct View {
  float* data;
  std::size_t rows, columns, down, across;

  View turned() const { return {data, columns, rows, across, down}; }
  View columns_from(std::size_t first, std::size_t count) const {
    return {data + first * across, rows, count, down, across};
  }
};

/// Of LibTorch and of OpenBLAS, in the whole process.
void use_threads(int threads);

/// out = one * other. Nothing is read of `out`, which is no part of the others.
void multiply(const View& one, const View& other, const View& out);

/// Acts of sequences of different lengths, longest first: all first acts, then all second ones, and so on.
struct PackedActs {
  std::vector<std::int64_t> sizes;                ///< how many sequences are so long, for each place
  std::vector<std::vector<std::int64_t>> fields;  ///< for each embedding its row, for each act
  std::vector<std::int64_t> targets;
  std::vector<std::int64_t> before;  ///< whose state an act is predicted from: 0 a new client's, n + 1 that after act n
};

/// Embeddings, GRU and head, in the order of `Part`.
struct Model {
  std::vector<View> embeddings;
  View input, input_bias, state, state_bias, head, head_bias;
};

/// Mean -ln p of the targets. `gradient`, zeros before, gets the slopes of it, as the weights lie in `weights`.
double loss_and_slopes(const Model& weights, const PackedActs& acts, const Model& gradient);

}  // namespace harbinger::persona::nn
