#include "persona/torch/kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace harbinger::persona::nn {

namespace {

using Lanes = float __attribute__((vector_size(32)));
using Bits = std::int32_t __attribute__((vector_size(32)));
constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(float);
static_assert(kHidden % kLanes == 0 && kTargets % kLanes == 0);

// Everything below is inlined into functions for one kind of processor each.
#define HARBINGER_INLINE [[gnu::always_inline]] inline

HARBINGER_INLINE Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

HARBINGER_INLINE void store(float* to, Lanes lanes) { std::memcpy(to, &lanes, sizeof lanes); }

HARBINGER_INLINE Lanes most(Lanes one, Lanes other) { return one > other ? one : other; }
HARBINGER_INLINE Lanes least(Lanes one, Lanes other) { return one < other ? one : other; }

// e^x for |x| <= 87, beyond that of the nearest such x; within 3 units in the last place. 2^n comes from the exponent's bits, the rest from a
// polynomial over half an octave.
HARBINGER_INLINE Lanes exponential(Lanes x) {
  x = least(most(x, Lanes{} - 87.0f), Lanes{} + 87.0f);
  const Lanes shifted = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: the sum's last bits are the nearest whole number
  const Lanes whole = shifted - 12582912.0f;
  const Lanes rest = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
  Lanes sum = Lanes{} + 1.9875691500e-4f;
  for (const float factor : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
    sum = sum * rest + factor;
  sum = sum * rest * rest + rest + 1.0f;
  Bits power;
  std::memcpy(&power, &shifted, sizeof power);
  power = (power << 23) + (127 << 23);
  Lanes scale;
  std::memcpy(&scale, &power, sizeof scale);
  return sum * scale;
}

HARBINGER_INLINE Lanes logistic(Lanes x) { return 1.0f / (1.0f + exponential(-x)); }
HARBINGER_INLINE Lanes tangent(Lanes x) { return 1.0f - 2.0f / (1.0f + exponential(x + x)); }

// A sum of the rows of all fields of an event.
HARBINGER_INLINE Lanes gathered(const std::array<const float*, kFields>& rows, std::size_t at) {
  Lanes sum = load(rows[0] + at);
  for (std::size_t field = 1; field < kFields; ++field) sum += load(rows[field] + at);
  return sum;
}

constexpr std::array<std::size_t, kFields> kBegins = [] {
  std::array<std::size_t, kFields> begins{};
  for (std::size_t field = 0; field < kFields; ++field) begins[field] = table_rows_before(field) * kGates;
  return begins;
}();

HARBINGER_INLINE std::array<const float*, kFields> rows_of(const float* table, const Fields& event) {
  std::array<const float*, kFields> rows;
  for (std::size_t field = 0; field < kFields; ++field) rows[field] = table + kBegins[field] + event[field] * kGates;
  return rows;
}

// The three big embeddings' rows do not stay in the nearest caches.
HARBINGER_INLINE void fetch(const float* table, const Fields& event) {
  for (std::size_t field = 0; field < 3; ++field)
    for (std::size_t at = 0; at < kGates; at += 16)
      __builtin_prefetch(table + kBegins[field] + event[field] * kGates + at);
}

HARBINGER_INLINE void advance_row(const std::array<const float*, kFields>& rows, const float* product,
                                  const float* bias, float* hidden) {
  for (std::size_t at = 0; at < kHidden; at += kLanes) {
    const Lanes reset = logistic(gathered(rows, at) + load(product + at));
    const Lanes update = logistic(gathered(rows, at + kHidden) + load(product + at + kHidden));
    const Lanes fresh =
        tangent(gathered(rows, at + 2 * kHidden) + reset * (load(product + at + 2 * kHidden) + load(bias + at)));
    const Lanes next = fresh + update * (load(hidden + at) - fresh);
    // A state is a mean of numbers in [-1, 1]. Whatever else came in is forgotten, not carried on for ever.
    store(hidden + at, ((next >= -1.0f) & (next <= 1.0f)) ? next : Lanes{});
  }
}

HARBINGER_INLINE void advance_all(const float* table, const Fields* events, const float* product, std::size_t stride,
                                  const float* bias, float* hidden, std::size_t count) {
  constexpr std::size_t kAhead = 2;
  for (std::size_t row = 0; row < count; ++row) {
    if (row + kAhead < count) fetch(table, events[row + kAhead]);
    advance_row(rows_of(table, events[row]), product + row * stride, bias, hidden + row * kHidden);
  }
}

// ln of the sum of e^(row + bias).
HARBINGER_INLINE float log_sum(const float* row, const float* bias) {
  Lanes highest = load(row) + load(bias);
  for (std::size_t at = kLanes; at < kTargets; at += kLanes) highest = most(highest, load(row + at) + load(bias + at));
  float top = highest[0];
  for (std::size_t lane = 1; lane < kLanes; ++lane) top = std::max(top, highest[lane]);
  Lanes sums{}, others{};
  for (std::size_t at = 0; at < kTargets; at += 2 * kLanes) {
    sums += exponential(load(row + at) + load(bias + at) - top);
    others += exponential(load(row + at + kLanes) + load(bias + at + kLanes) - top);
  }
  sums += others;
  float sum = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum += sums[lane];
  return top + std::log(sum);
}

HARBINGER_INLINE void surprise_all(const float* product, std::size_t stride, const float* bias, const EventCode* events,
                                   float* out, std::size_t count) {
  constexpr float kMost = 87;  // of a probability that is still a float
  for (std::size_t row = 0; row < count; ++row) {
    const float* logits = product + row * stride;
    const float told = log_sum(logits, bias) - logits[events[row].target] - bias[events[row].target];
    out[row] = std::isfinite(told) ? std::clamp(told, 0.0f, kMost) : kMost;
  }
}

HARBINGER_INLINE void log_softmax_all(float* rows, const float* bias, std::size_t count) {
  for (float* row = rows; row != rows + count * kTargets; row += kTargets) {
    const float total = log_sum(row, bias);
    for (std::size_t at = 0; at < kTargets; at += kLanes) store(row + at, load(row + at) + load(bias + at) - total);
  }
}

#define HARBINGER_KERNELS(name, attribute)                                                                             \
  attribute void advance_##name(const float* table, const Fields* events, const float* product, std::size_t stride,    \
                                const float* bias, float* hidden, std::size_t count) {                                 \
    advance_all(table, events, product, stride, bias, hidden, count);                                                  \
  }                                                                                                                    \
  attribute void surprise_##name(const float* product, std::size_t stride, const float* bias, const EventCode* events, \
                                 float* out, std::size_t count) {                                                      \
    surprise_all(product, stride, bias, events, out, count);                                                           \
  }                                                                                                                    \
  attribute void log_softmax_##name(float* rows, const float* bias, std::size_t count) {                               \
    log_softmax_all(rows, bias, count);                                                                                \
  }                                                                                                                    \
  constexpr Kernels kernels_##name { advance_##name, surprise_##name, log_softmax_##name }

HARBINGER_KERNELS(plain, );
#if defined(__x86_64__)
HARBINGER_KERNELS(avx2, [[gnu::target("avx2,fma")]]);
#endif

}  // namespace

const Kernels& plain_kernels() noexcept { return kernels_plain; }

// By hand, not by target_clones: its resolvers run before the sanitizers are ready.
const Kernels& kernels() noexcept {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) return kernels_avx2;
#endif
  return kernels_plain;
}

}  // namespace harbinger::persona::nn
