// A zone in service: the snapshot that queries read, and the file that the next one comes from.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <harbinger/plugin.h>
#include <harbinger/rcu.h>

#include "base/listeners.h"
#include "plugins/file/zone_history.h"
#include "plugins/file/zone_loader.h"

namespace harbinger::file {

/// Loading is for one thread at a time; reading for all.
class ServedZone {
 public:
  /// `history_octets`: the memory that past changes may take; 0 keeps none.
  ServedZone(Name apex, std::filesystem::path path, std::size_t history_octets = 0)
      : apex_(std::move(apex)), path_(std::move(path)), history_(history_octets) {}

  const Name& apex() const { return apex_; }
  /// Valid until the calling reader is next quiescent (rcu.h). Never null after start().
  const Zone& current() const { return **current_.load(); }
  /// The same for who goes on waiting with it. On a reader's thread.
  std::shared_ptr<const Zone> hold() const { return *current_.load(); }
  const ZoneHistory& history() const { return history_; }

  /// `told` is called after each change, by who made it, while the handle lives.
  [[nodiscard]] std::shared_ptr<void> tell_changes(std::function<void(const Zone& now)> told) {
    return listeners_.add(std::move(told));
  }

  /// Loads for the first time; the error tells all that is wrong.
  Result<void> start(const PluginContext& context);
  /// Loads again if a file changed. True when there is a new zone; a bad file is logged, and the zone stays.
  bool reload_if_changed();
  /// The zone after a step that somebody else made. As loading: for one thread at a time.
  void take_step(std::shared_ptr<const Zone> next, std::shared_ptr<const ZoneDelta> step);
  /// The zone that was loaded or taken last. For who loads.
  const std::shared_ptr<const Zone>& newest() const { return newest_; }

 private:
  bool load(Findings& findings);
  void publish(std::shared_ptr<const Zone> zone);
  void remember_step(const Zone& from, const Zone& to);
  void register_metrics(Metrics& metrics);
  void log_warnings(const Findings& findings) const;

  const Name apex_;
  const std::filesystem::path path_;
  rcu::Published<std::shared_ptr<const Zone>> current_;
  ZoneHistory history_;
  Listeners<void(const Zone& now)> listeners_;
  std::shared_ptr<const Zone> newest_;
  std::vector<SourceFile> sources_;
  Logger log_;
  Counter reloads_, failures_;
  std::atomic<std::uint64_t> names_ = 0, records_ = 0, serial_ = 0;
  std::vector<Metrics::GaugeHandle> gauges_;
};

}  // namespace harbinger::file
