#include "provision/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace harbinger::provision {

std::optional<double> read_quantity(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 16> kSuffixes{{{"", 1},
                                                                                  {"n", 1e-9},
                                                                                  {"u", 1e-6},
                                                                                  {"m", 1e-3},
                                                                                  {"k", 1e3},
                                                                                  {"M", 1e6},
                                                                                  {"G", 1e9},
                                                                                  {"T", 1e12},
                                                                                  {"P", 1e15},
                                                                                  {"E", 1e18},
                                                                                  {"Ki", 0x1p10},
                                                                                  {"Mi", 0x1p20},
                                                                                  {"Gi", 0x1p30},
                                                                                  {"Ti", 0x1p40},
                                                                                  {"Pi", 0x1p50},
                                                                                  {"Ei", 0x1p60}}};
  double value = 0;
  const auto* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || !std::isfinite(value)) return std::nullopt;
  const std::string_view suffix(read.ptr, static_cast<std::size_t>(end - read.ptr));
  const auto* const found = std::ranges::find(kSuffixes, suffix, &std::pair<std::string_view, double>::first);
  if (found == kSuffixes.end()) return std::nullopt;
  return value * found->second;
}

std::string cpu_quantity(double cpus) {
  const double thousandths = std::ceil(std::clamp(cpus, 0.001, 1e6) * 1000 - 1e-6);
  return std::to_string(static_cast<long long>(thousandths)) + "m";
}

std::string memory_quantity(std::uint64_t mb) { return std::to_string(std::max<std::uint64_t>(mb, 1)) + "Mi"; }

}  // namespace harbinger::provision
