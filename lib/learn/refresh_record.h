// What is remembered of one record (name and type), and the table of all of them: fixed in size, the least useful make room.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/refresh_planner.h>

namespace harbinger {

/// Index of a record in its table.
using RecordSlot = std::uint32_t;
inline constexpr RecordSlot kNoSlot = std::numeric_limits<RecordSlot>::max();

/// A record that stays the same one: a slot that was given to another has a different tag.
struct RecordRef {
  RecordSlot slot = kNoSlot;
  std::uint32_t tag = 0;
  bool operator==(const RecordRef&) const = default;
};

/// Gaps between questions, in half octaves from a quarter of a second to three days.
inline constexpr std::size_t kGapBuckets = 40;

/// A name that is often asked for soon after this one by the same client; its record stands for all its types.
struct Follower {
  RecordRef record;
  std::uint16_t times = 0;
  std::uint16_t lag_ms = 0;  ///< usual time between the two
};

/// What a prediction is judged by; see refresh_judge.h.
inline constexpr std::size_t kSigns = 13;
struct Signs {
  std::array<std::uint8_t, kSigns> cells{};
  float rhythm = 0, specific = 0;  ///< log odds
};

/// A prediction that waits to come true.
struct Trial {
  UnixMillis until = 0;  ///< 0: none
  float cost = 0;
  bool planned = false;  ///< it was acted on
  Signs signs;
};

struct RefreshRecord {
  std::string name;
  std::uint64_t key = 0;  ///< 0: free
  std::uint64_t name_hash = 0;
  std::uint16_t type = 0;
  std::uint16_t clients = 0;     ///< a bit per client, hashed
  std::uint32_t ttl_s = 0;       ///< of the latest answer
  std::uint32_t full_ttl_s = 0;  ///< the longest lately, which is what a new answer may have
  std::uint32_t asked_times = 0;
  std::uint16_t hits = 0;      ///< questions since the kept answer came
  std::uint16_t renewals = 0;  ///< resolutions ahead since the last question
  ClientKey client = 0;        ///< that asked last

  UnixMillis asked = 0;            ///< last question
  UnixMillis expires = 0;          ///< of the kept answer
  UnixMillis expires_without = 0;  ///< when it would have expired without refreshing
  UnixMillis due = 0;              ///< when to look at it again; 0: not at all
  UnixMillis in_flight_until = 0;  ///< a resolution ahead is believed under way until then

  std::array<std::uint8_t, kGapBuckets> gaps{};
  std::uint16_t gap_count = 0;
  std::uint8_t seen_buckets = 0;              ///< of the present gap: already counted as passed without a question
  std::uint8_t last_gap = 0, gap_before = 0;  ///< octaves, in sixteenths of the TTL; 0: none yet
  std::uint8_t zone = 0;                      ///< a hash of the name's last two labels

  std::array<Trial, RefreshPlanner::kReasons> trials;

  // What questions of one client just said of it as a follower.
  UnixMillis heard_at = 0;
  std::uint32_t heard_by = 0;
  float heard = 0;

  std::uint16_t led_times = 0;  ///< how often something could have followed
  std::array<Follower, 12> followers{};

  bool planned() const {
    return std::any_of(trials.begin(), trials.end(), [](const Trial& trial) { return trial.planned; });
  }
  std::uint32_t tag() const { return static_cast<std::uint32_t>(key >> 32); }
  bool operator==(std::uint64_t other) const { return key == other; }
};

class RecordTable {
 public:
  explicit RecordTable(std::size_t capacity);

  static std::uint64_t key_of(std::uint64_t name_hash, std::uint16_t type);

  /// kNoSlot when not there.
  RecordSlot find(std::uint64_t key) const;
  /// Finds it or makes it, in the place of the least useful of a few when full; `forget(slot)` is told before.
  template <class Forget>
  RecordSlot obtain(std::uint64_t key, std::string_view name, std::uint16_t type, UnixMillis now, Forget&& forget) {
    const RecordSlot known = find(key);
    if (known != kNoSlot) return known;
    RecordSlot slot = used_;
    if (used_ == capacity_) {
      slot = least_useful(now);
      forget(slot);
      unlink(slot);
    } else {
      ++used_;
      if (records_.size() < used_) records_.emplace_back();
    }
    start(slot, key, name, type);
    return slot;
  }

  RefreshRecord& operator[](RecordSlot slot) { return records_[slot]; }
  const RefreshRecord& operator[](RecordSlot slot) const { return records_[slot]; }
  RecordRef ref(RecordSlot slot) const { return {slot, records_[slot].tag()}; }
  /// Null when it was forgotten.
  RefreshRecord* get(RecordRef ref) {
    return ref.slot < used_ && records_[ref.slot].tag() == ref.tag ? &records_[ref.slot] : nullptr;
  }
  std::size_t size() const { return used_; }
  std::size_t bytes() const;

 private:
  RecordSlot least_useful(UnixMillis now);
  void unlink(RecordSlot slot);
  void start(RecordSlot slot, std::uint64_t key, std::string_view name, std::uint16_t type);
  std::size_t home(std::uint64_t key) const { return key & (index_.size() - 1); }

  const std::size_t capacity_;
  std::vector<RefreshRecord> records_;
  std::vector<RecordSlot> index_;  // open addressing, at most half full
  RecordSlot used_ = 0;
  std::uint64_t draw_ = 0;  // where the next few are looked at
};

}  // namespace harbinger
