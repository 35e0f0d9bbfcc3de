// A zone in service: the snapshot that queries read, and the file that the next one comes from.
#pragma once

#include <atomic>
#include <filesystem>
#include <vector>

#include <harbinger/plugin.h>
#include <harbinger/rcu.h>

#include "plugins/file/zone_loader.h"

namespace harbinger::file {

/// Loading is for one thread at a time; reading for all.
class ServedZone {
 public:
  ServedZone(Name apex, std::filesystem::path path) : apex_(std::move(apex)), path_(std::move(path)) {}

  const Name& apex() const { return apex_; }
  /// Valid until the calling reader is next quiescent (rcu.h). Never null after start().
  const Zone& current() const { return *current_.load(); }

  /// Loads for the first time; the error tells all that is wrong.
  Result<void> start(const PluginContext& context);
  /// Loads again if a file changed. True when there is a new zone; a bad file is logged, and the zone stays.
  bool reload_if_changed();

 private:
  bool load(Findings& findings);
  void publish(std::unique_ptr<Zone> zone);
  void register_metrics(Metrics& metrics);
  void log_warnings(const Findings& findings) const;

  const Name apex_;
  const std::filesystem::path path_;
  rcu::Published<Zone> current_;
  std::vector<SourceFile> sources_;
  Logger log_;
  Counter reloads_, failures_;
  std::atomic<std::uint64_t> names_ = 0, records_ = 0, serial_ = 0;
  std::vector<Metrics::GaugeHandle> gauges_;
};

}  // namespace harbinger::file
