// How many lines a cause may still write: the counting behind Logger.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/clock.h>

namespace harbinger {

/// At most kLines lines in any span of one second, for each cause on its own. Thread-safe.
class LogLimit {
 public:
  static constexpr std::size_t kLines = 10;
  /// Causes beyond this number share one allowance, so that a cause made from input cannot fill the memory.
  static constexpr std::size_t kCauses = 1024;

  /// How many lines of `cause` were held back since the last one that passed; nullopt when this one is held back too.
  std::optional<std::uint64_t> pass(std::string_view cause, MonotonicTime now);

 private:
  struct Allowance {
    std::array<MonotonicTime, kLines> last{};  // when the last lines passed, a ring
    std::size_t passed = 0;
    std::uint64_t held_back = 0;
  };
  Allowance& allowance_of(std::string_view cause);

  std::mutex mutex_;
  std::map<std::string, Allowance, std::less<>> allowances_;
};

}  // namespace harbinger
