#include "plugins/metrics/process_samples.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

namespace harbinger::metrics {

namespace {

MetricSample sample(std::string name, std::string help, double value,
                    MetricSample::Kind kind = MetricSample::Kind::gauge) {
  return {std::move(name), std::move(help), kind, {}, value, {}};
}

// Seconds since 1970 when the machine came up; 0 when unknown.
double boot_time() {
  std::ifstream stat("/proc/stat");
  for (std::string word; stat >> word;)
    if (double seconds = 0; word == "btime" && stat >> seconds) return seconds;
  return 0;
}

// The fields of /proc/self/stat from the third on; the second, the program's name, may hold anything.
std::vector<double> stat_fields() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream rest(line.substr(std::min(line.size(), line.rfind(')') + 1)));
  char state = 0;
  rest >> state;
  std::vector<double> fields{0};
  for (double value = 0; rest >> value;) fields.push_back(value);
  return fields;
}

double open_descriptors() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error))
    ++count;
  return count;
}

}  // namespace

std::vector<MetricSample> process_samples() {
  // proc(5) counts fields from 1, and the third is our first.
  constexpr std::size_t kUserTime = 14 - 3, kSystemTime = 15 - 3, kStartTime = 22 - 3, kSize = 23 - 3,
                        kResident = 24 - 3;
  const auto fields = stat_fields();
  if (fields.size() <= kResident) return {};
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {
      sample("process_cpu_seconds_total", "Processor time used.", (fields[kUserTime] + fields[kSystemTime]) / ticks,
             MetricSample::Kind::counter),
      sample("process_open_fds", "Open file descriptors.", open_descriptors()),
      sample("process_resident_memory_bytes", "Memory in use.", fields[kResident] * page),
      sample("process_start_time_seconds", "When the process started, in seconds since 1970.",
             boot_time() + fields[kStartTime] / ticks),
      sample("process_virtual_memory_bytes", "Address space in use.", fields[kSize]),
  };
}

}  // namespace harbinger::metrics
