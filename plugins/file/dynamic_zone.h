// A zone that clients may change: one after the other, on the disk before anybody hears of it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/repeater.h>
#include <harbinger/update.h>

#include "plugins/file/leases.h"
#include "plugins/file/served_zone.h"
#include "plugins/file/zone_edit.h"
#include "plugins/file/zone_journal.h"

namespace harbinger::file {

/// The process's one of a journal's folder and zone, across reloads: its changes are made on a thread of its own. What waits is made together: one step, one
/// sync of the disk, and each is answered for itself.
class DynamicZone {
 public:
  struct Settings {
    std::filesystem::path folder{};  ///< of the journal
    Name apex{};
    std::filesystem::path master{};
    std::size_t history_octets = 0;
    std::chrono::seconds shortest_lease{10}, longest_lease{86'400};
    std::size_t most_waiting = 1024;
  };
  /// Loads the master file and makes the changes of before. Errors: those of the two; conflict, where the master file was edited since.
  static Result<std::shared_ptr<DynamicZone>> shared(const Settings& settings, const PluginContext& context);
  ~DynamicZone();
  DynamicZone(const DynamicZone&) = delete;
  DynamicZone& operator=(const DynamicZone&) = delete;

  ServedZone& served() { return *served_; }

  struct Answer {
    Rcode rcode = Rcode::NOERROR;
    std::string why{};                   ///< of all others, for the client
    std::optional<UpdateLease> lease{};  ///< granted
  };
  using Done = std::function<void(const Answer&)>;
  /// `done` is called once, on any thread: when the change is on the disk and in every answer, or why it is not. Any thread; nothing blocks.
  void change(UpdateMessage update, Done done);

  /// The master file may have changed: it is loaded when there were no changes yet, else that is told.
  void look_at_master();

 private:
  struct Waiting {
    UpdateMessage update;
    Done done;
  };
  using Batch = std::vector<Waiting>;

  DynamicZone(Settings settings, const PluginContext& context);
  Result<void> open(const PluginContext& context);
  Result<void> make_again(const ZoneJournal::Past& past);
  void work();
  Batch take();
  void end_leases();
  void make(Batch batch);
  bool make_together(std::span<Waiting> batch, std::vector<Answer>& answers);
  Answer apply(ZoneEdit& edit, const UpdateMessage& update, Leases& leases, std::vector<Lease>& changed) const;
  void forget_gone(const ZoneEdit& edit, Leases& leases, std::vector<Lease>& changed) const;
  Result<void> commit(const ZoneEdit& edit, Leases leases, std::vector<Lease> changed);
  void rewrite_if_large();
  std::vector<Record> records() const;
  UnixMillis calendar() const;
  Duration pause() const;

  const Settings settings_;
  const Clock& clock_;
  const Logger log_;
  std::unique_ptr<ServedZone> served_;
  std::unique_ptr<ZoneJournal> journal_;
  Leases leases_;
  std::uint32_t master_serial_ = 0;
  bool changed_ = false;  // the journal has steps
  std::uint64_t too_large_at_ = 0;
  Counter changes_made_, changes_refused_, changes_failed_;
  std::atomic<UnixMillis> next_lease_ = 0;  // 0: none
  std::atomic<bool> master_changed_ = false;

  std::mutex lock_;
  std::deque<Waiting> waiting_;
  std::unique_ptr<Repeater> writer_;  // first to end
};

}  // namespace harbinger::file
