#include "persona/tokens.h"

#include <algorithm>
#include <cmath>

namespace harbinger::persona {

namespace {

// A thing asked for x times counts 1 + lb(x) / 2: what a Dirichlet-multinomial would say of words that come in bursts.
constexpr std::array<std::uint16_t, 256> kDamped = [] {
  std::array<std::uint16_t, 256> damped{};
  for (std::uint32_t x = 1; x < damped.size(); ++x) {
    const std::uint32_t octave = 31 - static_cast<std::uint32_t>(__builtin_clz(x));
    const std::uint32_t within = (x << 8 >> octave) - 256;
    damped[x] = static_cast<std::uint16_t>(kTokenUnit + octave * 8 + within * 8 / 256);
  }
  return damped;
}();

class Writer {
 public:
  explicit Writer(Tokens& to) : to_(to) {}

  void part() { to_.begin[++part_] = size_; }
  void put(std::uint32_t at, std::uint32_t weight) {
    if (weight == 0) return;
    to_.tokens[size_++] = {static_cast<std::uint16_t>(kPartBegin[part_] + at), static_cast<std::uint16_t>(weight)};
    to_.total[part_] = static_cast<std::uint16_t>(to_.total[part_] + weight);
  }
  // Counts whose sum is made as small as `most` acts would be: acts of one client are alike.
  void put_counts(std::span<const std::uint8_t> counts, std::uint32_t most) {
    std::uint32_t sum = 0;
    for (const auto count : counts) sum += count;
    if (sum == 0) return;
    const std::uint32_t scale = kTokenUnit * 256 * most / (most + sum);
    for (std::uint32_t i = 0; i < counts.size(); ++i) put(i, (counts[i] * scale + 128) / 256);
  }

 private:
  Tokens& to_;
  std::size_t part_ = 0;
  std::uint16_t size_ = 0;
};

void put_sites(Writer& writer, const ClientState& state) {
  std::array<std::uint32_t, ClientState::kNames> sites;
  std::size_t size = 0;
  for (const auto name : state.names) {
    if (name >> 24 == 0) continue;
    const auto site = name >> 12 & 0x1ff;
    auto* const end = sites.data() + size;
    auto* const known = std::find_if(sites.data(), end, [&](std::uint32_t one) { return (one & 0x1ff) == site; });
    if (known == end) sites[size++] = site;
    *known += (name >> 24) << 16;
  }
  for (const auto site : std::span(sites).first(size)) writer.put(site & 0x1ff, kDamped[std::min(site >> 16, 255u)]);
}

void put_share(Writer& writer, std::uint32_t count, std::uint32_t all, std::uint32_t most) {
  const std::array<std::uint8_t, 2> counts{static_cast<std::uint8_t>(count),
                                           static_cast<std::uint8_t>(all > count ? std::min(all - count, 255u) : 0)};
  writer.put_counts(counts, most);
}

// Each number of the state lies between the middles of two bins and is shared by them.
void put_hidden(Writer& writer, const ClientState& state, const HiddenScale& scale) {
  for (std::uint32_t i = 0; i < ClientState::kPooled; ++i) {
    if (scale.width[i] <= 0) continue;
    const float at = std::clamp((static_cast<float>(state.pooled[i]) - scale.middle[i]) / scale.width[i] * 1.6F + 3.5F,
                                0.0F, kHiddenBins - 1.001F);
    const auto low = static_cast<std::uint32_t>(at);
    const auto upper = static_cast<std::uint32_t>((at - static_cast<float>(low)) * kTokenUnit);
    writer.put(i * kHiddenBins + low, kTokenUnit - upper);
    writer.put(i * kHiddenBins + low + 1, upper);
  }
}

}  // namespace

Tokens tokens_of(const ClientState& state, const HiddenScale& scale) noexcept {
  Tokens tokens;
  Writer writer(tokens);
  for (const auto name : state.names) writer.put(name & 0xfff, kDamped[name >> 24]);
  writer.part();
  put_sites(writer, state);
  writer.part();
  for (const auto pair : state.pairs) writer.put(pair & 0xfff, kDamped[pair >> 12]);
  writer.part();
  writer.put_counts(state.actions, 150);
  writer.part();
  writer.put_counts(state.gaps, 150);
  writer.part();
  writer.put_counts(state.hours, 1);
  writer.part();
  const auto acts = state.acts();
  put_share(writer, state.addresses, acts, 4);
  writer.part();
  if (state.device != 0) writer.put(state.device % static_cast<std::uint32_t>(DeviceClass::limit), 2 * kTokenUnit);
  writer.part();
  put_share(writer, state.failed, acts, 10);
  writer.part();
  put_share(writer, state.repeats, acts, 10);
  writer.part();
  put_hidden(writer, state, scale);
  writer.part();
  return tokens;
}

}  // namespace harbinger::persona
