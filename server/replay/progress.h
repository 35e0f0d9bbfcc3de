// A line that says how far a long piece of work is.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace harbinger::replay {

/// Draws on standard error when that is a terminal, and not at all otherwise.
class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `share` from 0 to 1; drawn at most ten times a second.
  void show(std::string_view what, double share);
  /// Takes the line away, before something else is printed.
  void clear();

 private:
  bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

/// `[#####.....]  50 %  what`
std::string progress_line(std::string_view what, double share);

}  // namespace harbinger::replay
