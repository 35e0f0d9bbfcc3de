// What the providers of this machine have in common: a folder for each instance, its place, and what /proc tells of it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/cpu_meter.h"
#include "provision/descriptor.h"
#include "provision/host_view.h"
#include "provision/instance_record.h"
#include "provision/places.h"
#include "provision/process_end.h"
#include "provision/provider.h"
#include "provision/provider_options.h"

namespace harbinger::provision {

/// Any thread, never two for one id.
class LocalInstances {
 public:
  struct Settings {
    IpPrefix addresses{};
    std::size_t most = 1000;                  ///< instances
    std::uint64_t log_bytes = 1024UL * 1024;  ///< of an instance's log; half of it when it was cut
  };
  /// `addresses` and `log_kb` of a provider's options.
  static Settings settings_of(ProviderOptions& options, std::size_t most);
  /// Makes the folder, and takes the places of instances that are there. `denied`: the disk would not.
  static Result<std::unique_ptr<LocalInstances>> open(const ProviderWorld& world, const Settings& settings);

  const Clock& clock() const { return *clock_; }
  std::filesystem::path folder(std::string_view id) const { return folder_ / id; }
  /// What all processes of an instance have in their environment.
  std::string mark(std::string_view id) const { return "HARBINGER_INSTANCE=" + folder(id).string(); }
  /// All that an instance is told by its environment, the template's `environment.NAME` among it.
  std::vector<std::string> environment(const Template& what, const InstanceRecord& record) const;

  /// May this order be followed at all? `malformed`, `timeout`.
  Result<void> check(const Order& order, const std::stop_token& stop) const;
  /// A folder, place and record for a new instance. `conflict`: no place. `too_large`: there are as many as there may be.
  Result<InstanceRecord> begin(const Order& order);
  /// A file in an instance's folder, made anew where there is none, to write at its end.
  Result<Descriptor> file(std::string_view id, const char* name) const;

  /// Whether there is anything of it.
  bool knows(std::string_view id) const;
  std::optional<InstanceRecord> record(std::string_view id) const;
  std::vector<std::string> ids() const;
  /// Its first process, if it was noted and the machine has not been started anew since.
  std::optional<ProcessIdentity> first_process(std::string_view id) const;
  Family family(std::string_view id) const { return {.first = first_process(id), .mark = mark(id)}; }
  /// As its record and first process say; `gone` without these. Its log is cut when it is too long.
  Found look(std::string_view id) const;
  std::vector<Found> list() const;
  /// Of these processes, and the connections at its place.
  Usage usage(const InstanceRecord& record, const ProcessIdentity& first, std::span<const ProcessStat> processes,
              const HostMoment& moment);
  std::shared_ptr<const HostMoment> moment() { return view_.look(*clock_); }

  /// Nothing of it is left on the disk, and its place is free. Its processes must have ended.
  Result<void> forget(std::string_view id);

 private:
  LocalInstances(const ProviderWorld& world, const Settings& settings);

  const Clock* clock_;
  const Settings settings_;
  const std::filesystem::path folder_;
  Places places_;
  HostView view_;
  CpuMeter meter_;
};

/// In each word, `{address}`, `{port}` and `{id}` become those of an instance.
std::vector<std::string> filled_in(std::vector<std::string> words, const InstanceRecord& record);

/// A number that is the same for the same text: for which processors an instance begins with.
std::uint64_t spread_of(std::string_view text);

}  // namespace harbinger::provision
