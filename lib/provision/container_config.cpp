#include "provision/container_config.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace harbinger::provision {
namespace {

using nlohmann::json;

constexpr std::int64_t kPeriodUs = 100'000;
constexpr std::int64_t kMostProcesses = 256;

json process(const ContainerConfig& config) {
  const json may = config.low_port ? json::array({"CAP_NET_BIND_SERVICE"}) : json::array();
  return {{"terminal", false},
          {"user", {{"uid", config.user}, {"gid", config.user}}},
          {"args", config.command},
          {"env", config.environment},
          {"cwd", "/"},
          {"noNewPrivileges", true},
          {"capabilities",
           {{"bounding", may}, {"effective", may}, {"permitted", may}, {"inheritable", may}, {"ambient", may}}},
          {"rlimits", {{{"type", "RLIMIT_CORE"}, {"soft", 0}, {"hard", 0}}}}};
}

json mount(const char* where, const char* type, std::vector<std::string> options) {
  return {{"destination", where}, {"type", type}, {"source", type}, {"options", std::move(options)}};
}

json mounts() {
  return {mount("/proc", "proc", {"nosuid", "noexec", "nodev"}),
          mount("/dev", "tmpfs", {"nosuid", "noexec", "mode=755", "size=64k"}),
          mount("/tmp", "tmpfs", {"nosuid", "nodev", "mode=1777", "size=16m"}),
          mount("/run", "tmpfs", {"nosuid", "nodev", "mode=1777", "size=4m"})};
}

json resources(const ContainerConfig& config) {
  const Size& size = config.size;
  json limits{{"devices", {{{"allow", false}, {"access", "rwm"}}}}};
  if (config.limit_processes) limits["pids"] = {{"limit", kMostProcesses}};
  if (size.memory_mb > 0) limits["memory"] = {{"limit", size.memory_mb * 1024 * 1024}};
  if (size.cpus > 0)
    limits["cpu"] = {{"quota", std::max<std::int64_t>(1000, std::llround(size.cpus * kPeriodUs))},
                     {"period", kPeriodUs}};
  return limits;
}

json linux_part(const ContainerConfig& config) {
  return {{"namespaces", {{{"type", "pid"}}, {{"type", "ipc"}}, {{"type", "uts"}}, {{"type", "mount"}}}},
          {"cgroupsPath", config.control_group},
          {"resources", resources(config)},
          {"maskedPaths",
           {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/acpi", "/proc/scsi"}},
          {"readonlyPaths", {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
}

}  // namespace

std::string container_config(const ContainerConfig& config) {
  const json whole{{"ociVersion", "1.0.2"},
                   {"process", process(config)},
                   {"root", {{"path", config.root.string()}, {"readonly", true}}},
                   {"hostname", config.hostname},
                   {"mounts", mounts()},
                   {"linux", linux_part(config)}};
  return whole.dump(1, ' ', false, json::error_handler_t::replace);
}

}  // namespace harbinger::provision
