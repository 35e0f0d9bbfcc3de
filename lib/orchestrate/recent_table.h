// Records by key, of bounded number: the one used longest ago makes room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace harbinger::orchestrate {

/// One thread.
template <class What>
class RecentTable {
 public:
  explicit RecentTable(std::size_t most) : most_(most == 0 ? 1 : most) {}

  /// Null where there is none.
  const What* find(std::uint64_t key) const {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &entries_[found->second].what;
  }
  What* find(std::uint64_t key) { return const_cast<What*>(std::as_const(*this).find(key)); }
  /// The record of `key`, as the one that was used last; a new one if there was none. Valid until the next `touch`.
  What& touch(std::uint64_t key) {
    auto [at, fresh] = places_.try_emplace(key, 0);
    if (fresh) at->second = place(key);
    const auto index = at->second;
    if (!fresh) unlink(index);
    link(index);
    return entries_[index].what;
  }
  std::size_t size() const noexcept { return entries_.size(); }
  /// Any of them, by its place below `size`.
  std::uint64_t key_at(std::size_t place) const { return entries_[place].key; }
  What& at(std::size_t place) { return entries_[place].what; }
  /// From the one used longest ago on.
  template <class Visit>
  void each(Visit visit) const {
    for (auto at = oldest_; at != kNone; at = entries_[at].newer) visit(entries_[at].key, entries_[at].what);
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t older = kNone, newer = kNone;
    What what{};
  };
  std::uint32_t place(std::uint64_t key) {
    if (entries_.size() < most_) {
      entries_.push_back({key, kNone, kNone, {}});
      return static_cast<std::uint32_t>(entries_.size() - 1);
    }
    const auto index = oldest_;
    unlink(index);
    places_.erase(entries_[index].key);
    entries_[index] = {key, kNone, kNone, {}};
    return index;
  }
  void unlink(std::uint32_t index) {
    auto& entry = entries_[index];
    (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
    (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
  }
  void link(std::uint32_t index) {
    entries_[index].older = newest_;
    entries_[index].newer = kNone;
    (newest_ == kNone ? oldest_ : entries_[newest_].newer) = index;
    newest_ = index;
  }

  std::size_t most_;
  std::vector<Entry> entries_{};
  std::unordered_map<std::uint64_t, std::uint32_t> places_{};
  std::uint32_t oldest_ = kNone, newest_ = kNone;
};

}  // namespace harbinger::orchestrate
