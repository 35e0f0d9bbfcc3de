// What followed each context: small tables of symbols and fading counts, in memory that is taken once.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace harbinger::orchestrate {

/// A thing out of few that may come next, as a small number. 0 stands for all that have no number.
using Symbol = std::uint32_t;
inline constexpr Symbol kOtherSymbol = 0;

/// What followed one context. The weakest of its symbols makes room for a new one.
struct ContextCounts {
  static constexpr std::size_t kMost = 20;  ///< symbols that are told apart

  std::uint32_t check = 0;  ///< of the context's hash; 0: free
  std::uint32_t age = 0;    ///< turn of the table in which it was last learnt
  float total = 0;          ///< of `often`, of symbols that lost their room too
  std::uint16_t run = 0;    ///< so many times in a row the last symbol came
  std::uint8_t used = 0;
  Symbol last = kOtherSymbol;
  std::array<std::uint16_t, kMost> symbol{};
  std::array<float, kMost> often{};  ///< counts; they fade

  /// `came` after it. So many times as `memory` are remembered.
  void learn(Symbol came, float memory) noexcept;
  /// That symbol is none any more.
  void drop(Symbol gone) noexcept;

  template <class Archive>
  void state(Archive& archive) {
    archive(check), archive(age), archive(total), archive(run), archive(used), archive(last), archive(symbol),
        archive(often);
  }
};

/// Contexts by their hashes. Of those that share a place, the one learnt longest ago makes room. One thread.
class ContextTable {
 public:
  /// Rounded up to a power of two.
  explicit ContextTable(std::size_t contexts);

  /// Null for a context that was never met, or was forgotten. Valid until `make`.
  const ContextCounts* find(std::uint64_t hash) const noexcept;
  ContextCounts& make(std::uint64_t hash) noexcept;
  /// The symbols that `gone` says it of are none any more.
  void drop(const std::vector<bool>& gone) noexcept;
  std::size_t octets() const noexcept { return places_.size() * sizeof(ContextCounts); }

  template <class Archive>
  void save(Archive& archive) const {
    std::uint64_t used = 0;
    for (const auto& place : places_) used += place.check != 0 ? 1 : 0;
    archive(turn_), archive(used);
    for (std::uint32_t at = 0; at < places_.size(); ++at)
      if (auto place = places_[at]; place.check != 0) archive(at), place.state(archive);
  }
  /// False where a place is none of this table's; `symbols`: every one is below that.
  template <class Archive>
  bool load(Archive& archive, Symbol symbols) {
    std::uint64_t used = 0;
    archive(turn_), archive(used);
    if (used > places_.size()) return false;
    for (std::uint64_t i = 0; i < used && archive.fine(); ++i) {
      std::uint32_t at = 0;
      archive(at);
      if (at >= places_.size()) return false;
      places_[at].state(archive);
      if (!sane(places_[at], symbols)) return false;
    }
    return archive.fine();
  }

 private:
  static constexpr std::size_t kWays = 4;
  static bool sane(const ContextCounts& counts, Symbol symbols) noexcept;
  std::size_t group(std::uint64_t hash) const noexcept { return (hash & mask_) * kWays; }
  static std::uint32_t check_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32) | 1U; }

  std::vector<ContextCounts> places_;
  std::uint64_t mask_;
  std::uint32_t turn_ = 0;
};

/// One context made of several parts; their order matters. Never 0, which is no context.
template <class... Parts>
std::uint64_t context_of(Parts... parts) noexcept {
  std::uint64_t hash = 0x5851F42D4C957F2DULL;
  const auto add = [&](std::uint64_t part) {
    hash = (hash ^ part) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 32;
  };
  (add(static_cast<std::uint64_t>(parts)), ...);
  return hash == 0 ? 1 : hash;
}

}  // namespace harbinger::orchestrate
