#include "orchestrate/system_load.h"

#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace harbinger::orchestrate {

namespace {

std::string text_of(const char* file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The number that comes next; what stands before it goes.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  const auto begin = text.find_first_of("0123456789\n");
  if (begin == std::string_view::npos || text[begin] == '\n') return std::nullopt;
  text.remove_prefix(begin);
  std::uint64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return number;
}

std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + word.size());
  return take_number(text);
}

}  // namespace

SystemLoad LoadMeter::look() {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
  const std::lock_guard guard(lock_);
  if (looked_ms_ != 0 && now - looked_ms_ < 1000) return last_;
  looked_ms_ = now;
  return read_locked(text_of("/proc/stat"), text_of("/proc/meminfo"));
}

SystemLoad LoadMeter::read(std::string_view stat, std::string_view meminfo) {
  const std::lock_guard guard(lock_);
  return read_locked(stat, meminfo);
}

// "cpu  user nice system idle iowait irq softirq steal ...": the rest is counted in user and nice already.
SystemLoad LoadMeter::read_locked(std::string_view stat, std::string_view meminfo) {
  constexpr std::size_t kIdle = 3, kWaiting = 4, kParts = 8;
  SystemLoad load;
  std::uint64_t busy = 0, all = 0;
  if (stat.starts_with("cpu ")) {
    for (std::size_t part = 0; part < kParts; ++part) {
      const auto ticks = take_number(stat);
      if (!ticks) break;
      all += *ticks;
      if (part != kIdle && part != kWaiting) busy += *ticks;
    }
  }
  if (all_ != 0 && all > all_ && busy >= busy_)
    load.cpu = static_cast<float>(busy - busy_) / static_cast<float>(all - all_);
  busy_ = busy;
  all_ = all;
  const auto total = number_behind(meminfo, "MemTotal:"), available = number_behind(meminfo, "MemAvailable:");
  if (total && available && *total > 0 && *available <= *total)
    load.memory = 1 - static_cast<float>(*available) / static_cast<float>(*total);
  return last_ = load;
}

}  // namespace harbinger::orchestrate
