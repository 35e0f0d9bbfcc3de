#include "base/log_limit.h"

#include <utility>

namespace harbinger {

std::optional<std::uint64_t> LogLimit::pass(std::string_view cause, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  auto& allowance = allowance_of(cause);
  auto& oldest = allowance.last[allowance.passed % kLines];
  if (allowance.passed >= kLines && now - oldest < std::chrono::seconds(1)) {
    ++allowance.held_back;
    return std::nullopt;
  }
  oldest = now;
  ++allowance.passed;
  return std::exchange(allowance.held_back, 0);
}

LogLimit::Allowance& LogLimit::allowance_of(std::string_view cause) {
  if (const auto found = allowances_.find(cause); found != allowances_.end()) return found->second;
  if (allowances_.size() >= kCauses) return allowances_[""];
  return allowances_[std::string(cause)];
}

}  // namespace harbinger
