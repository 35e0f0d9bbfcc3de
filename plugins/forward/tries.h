// Which upstream comes next for one query, and how long it may take.
#pragma once

#include <cstdint>
#include <optional>

#include "plugins/forward/upstream.h"

namespace harbinger::forward {

class Tries {
 public:
  /// All tries together end this much after `timeout`, or at the query's own end if that is earlier.
  static constexpr Duration kGrace = std::chrono::milliseconds(800);
  /// With less time than this left, nobody is asked any more.
  static constexpr Duration kTooLate = std::chrono::milliseconds(20);

  Tries(const Order& order, unsigned retries, Duration timeout, MonotonicTime now, MonotonicTime query_deadline)
      : order_(order),
        left_(retries + 1),
        timeout_(timeout),
        end_(std::min(now + timeout + kGrace, query_deadline - kTooLate)) {}

  /// The next upstream's index; nullopt when tries or time are used up, or everyone has given an answer that ends it.
  std::optional<std::size_t> next(MonotonicTime now) {
    if (left_ == 0 || order_.size == 0 || now + kTooLate > end_) return std::nullopt;
    for (std::size_t i = 0; i < order_.size; ++i) {
      const std::size_t index = order_.index[position_++ % order_.size];
      if (settled_ >> index & 1) continue;
      --left_;
      current_ = index;
      return index;
    }
    return std::nullopt;
  }

  /// The one asked last need not be asked again: it has spoken, or it does not listen.
  void settle() { settled_ |= 1u << current_; }

  /// When the try that begins now ends. The last one may use up what is left.
  MonotonicTime deadline(MonotonicTime now, Duration usual_time) const {
    return std::min(now + (left_ == 0 ? timeout_ : patience(usual_time, timeout_)), end_);
  }
  /// When the whole work ends.
  MonotonicTime end() const { return end_; }

 private:
  const Order order_;
  unsigned left_;
  const Duration timeout_;
  const MonotonicTime end_;
  std::size_t position_ = 0, current_ = 0;
  std::uint32_t settled_ = 0;
};

}  // namespace harbinger::forward
