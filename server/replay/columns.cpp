#include "server/replay/columns.h"

#include <algorithm>
#include <cstdio>

namespace harbinger::replay {

std::string Columns::text() const {
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(width(i) - row[i].size(), ' ');
      out += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

std::size_t Columns::width(std::size_t column) const {
  std::size_t most = 0;
  for (const auto& row : rows_)
    if (column < row.size()) most = std::max(most, row[column].size());
  return most;
}

std::string decimal(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string percent(double share) { return decimal(100 * share, 1); }

std::string span_text(double ms) {
  if (ms >= 60'000) return decimal(ms / 60'000, 1) + " min";
  return ms >= 1000 ? decimal(ms / 1000, 1) + " s" : decimal(ms, 0) + " ms";
}

}  // namespace harbinger::replay
