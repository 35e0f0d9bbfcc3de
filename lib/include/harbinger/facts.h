// Facts: what an answer may depend on besides its question. Reading one in `serve` makes it part of the answer's key.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace harbinger {

/// Names of facts. Those of the library come first; a plugin's own begin at `first_custom` and are handed out by
/// PluginContext::fact, one id a name, the same in every chain of the process.
enum class FactId : std::uint8_t {
  client,       ///< the client's whole address
  subnet,       ///< the client's subnet cut to n bits; from ECS where the query carries it
  bucket,       ///< a stable hash of the client, cut to n buckets
  transport,    ///< how the query came in
  location,     ///< set by geoip and the like
  persona,      ///< set by the persona plugin
  tag,          ///< client profile tag
  application,  ///< set from the zone's name template
  proved,       ///< the client's address is its own; see Query::address_proved
  first_custom = 16,
  limit = 32,
};

/// A fact with what it was asked with: subnet(24, 56), bucket(16).
struct FactRef {
  FactId id{};
  std::uint8_t a = 0;
  std::uint8_t b = 0;

  friend auto operator<=>(FactRef, FactRef) = default;
};

/// Up to 16 octets and whether there is a value at all.
struct FactValue {
  std::array<std::uint8_t, 16> octets{};
  std::uint8_t present = 0;  ///< 0: nobody set it

  friend bool operator==(const FactValue&, const FactValue&) = default;
};

/// A typed name for a fact that identify-plugins set: `inline constexpr Fact<std::uint32_t> persona{FactId::persona};`
template <class T>
  requires(std::is_trivially_copyable_v<T> && sizeof(T) <= 16)
struct Fact {
  FactId id;

  static FactValue pack(const T& value) {
    FactValue packed;
    std::memcpy(packed.octets.data(), &value, sizeof(T));
    packed.present = 1;
    return packed;
  }
  static T unpack(const FactValue& packed) {
    T value;
    std::memcpy(&value, packed.octets.data(), sizeof(T));
    return value;
  }
};

/// The facts read so far while one answer was computed, in order of first reading.
class FactReads {
 public:
  static constexpr std::size_t kMost = 8;

  void add(FactRef ref) {
    for (std::size_t i = 0; i < size_; ++i)
      if (refs_[i] == ref) return;
    if (size_ == kMost) {
      overflowed_ = true;
      return;
    }
    refs_[size_++] = ref;
  }
  std::span<const FactRef> refs() const { return {refs_.data(), size_}; }
  std::span<FactRef> refs() { return {refs_.data(), size_}; }
  /// More than kMost different facts: such an answer is not kept.
  bool overflowed() const { return overflowed_; }

 private:
  std::array<FactRef, kMost> refs_{};
  std::uint8_t size_ = 0;
  bool overflowed_ = false;
};

}  // namespace harbinger
