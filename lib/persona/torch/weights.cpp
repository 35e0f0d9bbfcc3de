#include "persona/torch/weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

namespace harbinger::persona::nn {

namespace {

static_assert(std::endian::native == std::endian::little, "weights are stored as they are in memory");

constexpr std::array<char, 8> kMagic{'H', 'B', 'N', 'E', 'T', 'W', '0', '1'};
constexpr auto kParts = static_cast<std::size_t>(Part::limit);

// What stands before the floats: nobody reads weights of another network as if they were its own.
std::vector<std::uint8_t> header() {
  std::vector<std::uint8_t> octets(kMagic.begin(), kMagic.end());
  const auto add = [&](std::size_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  for (std::size_t part = 0; part < kParts; ++part) {
    add(shape_of(static_cast<Part>(part)).rows);
    add(shape_of(static_cast<Part>(part)).columns);
  }
  return octets;
}

std::uint64_t check_sum(std::span<const std::uint8_t> octets) { return XXH3_64bits(octets.data(), octets.size()); }

// Embeddings as wide as usual; the head so narrow that a new network expects every target alike.
double spread_of(Part part) {
  if (static_cast<std::size_t>(part) < kFields) return 0.5;
  if (part == Part::input || part == Part::state) return 1 / std::sqrt(double{kHidden});
  return part == Part::head ? 0.02 : 0;
}

}  // namespace

Fields fields_of(const EventCode& event) noexcept {
  const std::array<std::uint16_t, kFields> raw{event.resource, event.site, event.target, event.action,  event.gap,
                                               event.dwell,    event.hour, event.device, event.location};
  Fields fields;
  for (std::size_t at = 0; at < kFields; ++at)
    fields[at] = std::min(raw[at], static_cast<std::uint16_t>(kEmbeddings[at].rows - 1));
  return fields;
}

bool Weights::finite() const noexcept {
  return std::ranges::all_of(all, [](float weight) { return std::isfinite(weight); });
}

View view(const Weights& weights, Part part) {
  const Shape shape = shape_of(part);
  return {const_cast<float*>(weights.of(part)), shape.rows, shape.columns, shape.columns, 1};
}

Weights random_weights(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Weights weights;
  for (std::size_t part = 0; part < kParts; ++part) {
    const auto which = static_cast<Part>(part);
    const double spread = spread_of(which);
    for (float& weight : std::span(weights.of(which), shape_of(which).size()))
      weight = static_cast<float>(spread * (static_cast<double>(random() >> 11) * 0x1p-52 - 1));
  }
  return weights;
}

std::vector<std::uint8_t> pack(const Weights& weights) {
  std::vector<std::uint8_t> octets = header();
  const auto* floats = reinterpret_cast<const std::uint8_t*>(weights.all.data());
  octets.insert(octets.end(), floats, floats + weights.all.size() * sizeof(float));
  const std::uint64_t sum = check_sum(octets);
  for (unsigned shift = 0; shift < 64; shift += 8) octets.push_back(static_cast<std::uint8_t>(sum >> shift));
  return octets;
}

Result<Weights> unpack(std::span<const std::uint8_t> octets) {
  const auto expected = header();
  Weights weights;
  const std::size_t floats = weights.all.size() * sizeof(float),
                    size = expected.size() + floats + sizeof(std::uint64_t);
  if (octets.size() < expected.size() || !std::equal(expected.begin(), expected.end(), octets.begin()))
    return fail(ErrorCode::malformed, "these are no weights of this network: another beginning, or other shapes");
  if (octets.size() != size)
    return fail(ErrorCode::malformed,
                "weights of " + std::to_string(octets.size()) + " octets; there should be " + std::to_string(size));
  std::uint64_t sum = 0;
  std::memcpy(&sum, octets.data() + expected.size() + floats, sizeof sum);
  if (sum != check_sum(octets.first(expected.size() + floats)))
    return fail(ErrorCode::malformed, "weights are damaged: their check sum is another");
  std::memcpy(weights.all.data(), octets.data() + expected.size(), floats);
  if (!weights.finite()) return fail(ErrorCode::malformed, "weights are no numbers: infinite or NaN");
  return weights;
}

}  // namespace harbinger::persona::nn
