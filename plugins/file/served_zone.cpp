#include "plugins/file/served_zone.h"

#include <exception>

#include "plugins/file/serials.h"
#include "plugins/file/zone_diff.h"

namespace harbinger::file {

Result<void> ServedZone::start(const PluginContext& context) {
  log_ = context.log;
  Findings findings;
  if (!load(findings)) return fail(findings.as_one());
  log_warnings(findings);
  if (!context.checking && context.metrics) register_metrics(*context.metrics);
  return {};
}

bool ServedZone::reload_if_changed() {
  if (!has_changed(sources_)) return false;
  Findings findings;
  if (load(findings)) {
    log_warnings(findings);
    log_.info("zone loaded", "zone " + apex_.to_string() + ": serial " + std::to_string(serial_.load()) + ", " +
                                 std::to_string(records_.load()) + " records from " + path_.string());
    return true;
  }
  failures_.add();
  for (const Error& error : findings.errors()) log_.error("zone file", error.to_string());
  log_.error("zone kept", "zone " + apex_.to_string() + ": " + std::to_string(findings.error_count()) +
                              " errors, so what was loaded before stays");
  return false;
}

// Remembers the files even when they are bad, so that they are read again only after the next change.
bool ServedZone::load(Findings& findings) {
  try {
    LoadedZone loaded = load_zone(path_, apex_);
    sources_ = std::move(loaded.sources);
    findings = std::move(loaded.findings);
    if (!loaded.zone) return false;
    if (const auto* before = current_.load()) {
      remember_step(**before, *loaded.zone);
      reloads_.add();  // before anybody sees the new zone
    }
    publish(std::move(loaded.zone));
  } catch (const std::exception& trouble) {  // out of memory
    findings.error(ErrorCode::too_large, "cannot load zone " + apex_.to_string() + ": " + trouble.what(), {});
  }
  return findings.ok();
}

void ServedZone::take_step(std::shared_ptr<const Zone> next, std::shared_ptr<const ZoneDelta> step) {
  if (history_.most_octets() != 0) history_.add(std::move(step));
  publish(std::move(next));
}

void ServedZone::publish(std::shared_ptr<const Zone> zone) {
  names_ = zone->counts().names;
  records_ = zone->counts().records;
  serial_ = zone->soa().serial;
  newest_ = std::move(zone);
  current_.publish(new std::shared_ptr<const Zone>(newest_));
  listeners_.tell(*newest_);
}

// So that secondaries get what was edited, and not all again.
void ServedZone::remember_step(const Zone& from, const Zone& to) {
  if (history_.most_octets() == 0) return;
  if (auto step = difference(from, to, history_.most_octets())) return history_.add(std::move(step));
  history_.forget();
  if (!later_serial(to.soa().serial, from.soa().serial))
    log_.warning("serial", "zone " + apex_.to_string() + ": the serial " + std::to_string(to.soa().serial) +
                               " is not later than " + std::to_string(from.soa().serial) +
                               ", so secondaries will not fetch what changed");
}

void ServedZone::register_metrics(Metrics& metrics) {
  std::string zone = apex_.to_string();
  auto reloads = [&](const char* result) {
    return metrics.counter("harbinger_file_reloads_total", "Zone files read again because they changed.",
                           {{"zone", zone}, {"result", result}});
  };
  reloads_ = reloads("success");
  failures_ = reloads("failure");
  auto gauge = [&](const char* name, const char* help, const std::atomic<std::uint64_t>& value) {
    gauges_.push_back(
        metrics.gauge(name, help, [&value] { return static_cast<double>(value.load()); }, {{"zone", zone}}));
  };
  gauge("harbinger_file_zone_names", "Names with records in the zone.", names_);
  gauge("harbinger_file_zone_records", "Records in the zone.", records_);
  gauge("harbinger_file_zone_serial", "Serial number of the zone.", serial_);
}

void ServedZone::log_warnings(const Findings& findings) const {
  for (const Error& warning : findings.warnings()) log_.warning("zone file", warning.to_string());
}

}  // namespace harbinger::file
