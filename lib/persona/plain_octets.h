// Plain values one after the other as octets, in this machine's order: for files that stay on a machine of one kind.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace harbinger::persona {

template <class T>
  requires std::is_trivially_copyable_v<T>
void put(std::vector<std::uint8_t>& to, const T& value) {
  const auto* octets = reinterpret_cast<const std::uint8_t*>(&value);
  to.insert(to.end(), octets, octets + sizeof(T));
}

template <class T>
  requires std::is_trivially_copyable_v<T>
void put_all(std::vector<std::uint8_t>& to, std::span<const T> values) {
  put(to, static_cast<std::uint64_t>(values.size()));
  const auto octets = std::as_bytes(values);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(octets.data());
  to.insert(to.end(), begin, begin + octets.size());
}

/// False where the octets end early.
template <class T>
  requires std::is_trivially_copyable_v<T>
bool take(std::span<const std::uint8_t>& from, T& value) {
  if (from.size() < sizeof(T)) return false;
  std::memcpy(&value, from.data(), sizeof(T));
  from = from.subspan(sizeof(T));
  return true;
}

/// False also for more than `most`.
template <class T>
  requires std::is_trivially_copyable_v<T>
bool take_all(std::span<const std::uint8_t>& from, std::vector<T>& values, std::uint64_t most) {
  std::uint64_t size = 0;
  if (!take(from, size) || size > most || from.size() / sizeof(T) < size) return false;
  values.resize(size);
  if (size != 0) std::memcpy(values.data(), from.data(), size * sizeof(T));
  from = from.subspan(size * sizeof(T));
  return true;
}

}  // namespace harbinger::persona
