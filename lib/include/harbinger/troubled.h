// Resources that must not be hinted at just now, since whoever serves them is in trouble.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/rcu.h>

namespace harbinger {

/// Filled by plugins that know endpoints, read by those that hint.
class Troubled {
 public:
  /// Whether `name` (lower case, without the last dot) is in trouble. Any thread that is an rcu::Reader; no lock, no allocation.
  bool is(std::string_view name) const noexcept;

  /// One reporter's patterns (matches_pattern), which hold until it says others or goes. Any thread but a worker's.
  class Reporter {
   public:
    explicit Reporter(Troubled& all) : all_(all) {}
    ~Reporter() { say({}); }
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;
    void say(std::vector<std::string> patterns);

   private:
    Troubled& all_;
    std::vector<std::string> said_;
  };

 private:
  using Patterns = std::vector<std::string>;

  std::mutex writing_;
  std::vector<std::pair<const Reporter*, Patterns>> said_;
  rcu::Published<Patterns> patterns_;
};

/// The process's one.
Troubled& troubled();

}  // namespace harbinger
