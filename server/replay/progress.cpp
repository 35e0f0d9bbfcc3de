#include "server/replay/progress.h"

#include <unistd.h>
#include <algorithm>
#include <iostream>

namespace harbinger::replay {

Progress::Progress() : on_terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::string_view what, double share) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  drawn_ = true;
  std::cerr << '\r' << progress_line(what, share) << "\033[K" << std::flush;
}

void Progress::clear() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
  drawn_ = false;
}

std::string progress_line(std::string_view what, double share) {
  constexpr std::size_t kWidth = 40;
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(share * kWidth);
  auto percent = std::to_string(static_cast<int>(share * 100));
  percent.insert(0, 3 - percent.size(), ' ');
  return '[' + std::string(full, '#') + std::string(kWidth - full, '.') + "] " + percent + " %  " + std::string(what);
}

}  // namespace harbinger::replay
