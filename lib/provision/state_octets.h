// What pieces have learnt, as octets: each piece names its numbers once, to be written or read.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace harbinger::provision {

/// Appends numbers.
class StateWriter {
 public:
  template <class Number>
  void operator()(const Number& number) {
    static_assert(std::is_arithmetic_v<Number>);
    const auto* from = reinterpret_cast<const std::uint8_t*>(&number);
    octets_.insert(octets_.end(), from, from + sizeof number);
  }
  template <class Value, std::size_t n>
  void operator()(const std::array<Value, n>& values) {
    for (const auto& value : values) (*this)(value);
  }
  /// Of a length that both sides know.
  template <class Value>
  void operator()(const std::vector<Value>& values) {
    for (const auto& value : values) (*this)(value);
  }
  std::vector<std::uint8_t>& octets() { return octets_; }

 private:
  std::vector<std::uint8_t> octets_;
};

/// Takes numbers in the order in which they were written.
class StateReader {
 public:
  explicit StateReader(std::span<const std::uint8_t> octets) : rest_(octets) {}

  template <class Number>
  void operator()(Number& number) {
    static_assert(std::is_arithmetic_v<Number>);
    if (rest_.size() < sizeof number) {
      fine_ = false;
      return;
    }
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_ = rest_.subspan(sizeof number);
    if constexpr (std::is_floating_point_v<Number>) fine_ = fine_ && std::isfinite(number);
  }
  template <class Value, std::size_t n>
  void operator()(std::array<Value, n>& values) {
    for (auto& value : values) (*this)(value);
  }
  template <class Value>
  void operator()(std::vector<Value>& values) {
    for (auto& value : values) (*this)(value);
  }
  /// Nothing was missing, and no number was none.
  bool fine() const { return fine_; }
  std::size_t left() const { return rest_.size(); }
  std::span<const std::uint8_t> rest() const { return rest_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool fine_ = true;
};

}  // namespace harbinger::provision
