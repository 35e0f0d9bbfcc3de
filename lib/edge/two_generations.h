// A map of bounded size that forgets what was not looked at for long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

namespace harbinger::edge {

/// Values by hash, at most `most` of them. They live in two halves: what is looked at moves to the young one, and when that is full the old one is forgotten. One
/// thread at a time.
template <class Value>
class TwoGenerations {
 public:
  using Forgotten = std::function<void(const Value&)>;
  explicit TwoGenerations(std::size_t most, Forgotten forgotten = {})
      : half_(most < 2 ? 1 : most / 2), forgotten_(std::move(forgotten)) {}

  /// Null when there is none. Valid until the next call.
  Value* find(std::uint64_t key) {
    if (const auto found = young_.find(key); found != young_.end()) return &found->second;
    auto node = old_.extract(key);
    if (node.empty()) return nullptr;
    make_room();
    return &young_.insert(std::move(node)).position->second;
  }
  /// As `find`, or a new one.
  Value& at(std::uint64_t key) {
    if (Value* const known = find(key)) return *known;
    make_room();
    return young_[key];
  }
  void erase(std::uint64_t key) {
    young_.erase(key);
    old_.erase(key);
  }
  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  using Map = std::unordered_map<std::uint64_t, Value>;

  void make_room() {
    if (young_.size() < half_) return;
    if (forgotten_)
      for (const auto& [key, value] : old_) forgotten_(value);
    old_ = std::exchange(young_, Map{});
  }

  const std::size_t half_;
  const Forgotten forgotten_;
  Map young_, old_;
};

}  // namespace harbinger::edge
