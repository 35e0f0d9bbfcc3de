// The acts that the network is trained on, kept over restarts in a sealed journal.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <harbinger/access_history.h>
#include <harbinger/behaviour.h>

namespace harbinger::persona {

/// An act as the access history keeps it, and back: what an access has no field for goes into those that mean nothing here. Device, location and action are in
/// `size_bytes`, dwell time in ms in `ttl_s`, the extent in thousandths in `latency_us`. The resource is borrowed.
Access access_of(const BehaviourEvent& act) noexcept;
BehaviourEvent act_of(const Access& access) noexcept;

/// Acts are put by one thread and written by another, so that the first never waits for a disk.
class ActJournal {
 public:
  static Result<std::unique_ptr<ActJournal>> open(const std::filesystem::path& directory,
                                                  const std::filesystem::path& key_file, UnixMillis now);

  /// Copies the acts; what does not fit until the next `write` is lost and counted.
  void put(std::span<const BehaviourEvent> acts);
  /// The writing thread's: brings what was put to the journal.
  void write(UnixMillis now);
  /// The writing thread's: hands on what is kept from `since` on, oldest first.
  void recall(UnixMillis since, const std::function<void(const BehaviourEvent&)>& use) const;
  std::uint64_t lost() const;

 private:
  struct Buffer {
    std::vector<BehaviourEvent> acts;  // `resource` is filled in by the writer
    std::vector<std::uint8_t> lengths;
    std::string text;
    void clear();
  };
  explicit ActJournal(std::unique_ptr<AccessHistory> history) : history_(std::move(history)) {}

  const std::unique_ptr<AccessHistory> history_;
  Buffer writing_;
  mutable std::mutex mutex_;  // guards all below
  Buffer put_;
  std::uint64_t lost_ = 0;
};

}  // namespace harbinger::persona
