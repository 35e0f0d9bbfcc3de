// Who wanted a resource: nobody yet, one client alone, or several. What one client alone wanted is for nobody else to hear of.
#pragma once

#include <cstdint>

#include <harbinger/access.h>

namespace harbinger {

/// Client keys change every day (client_keys.h), so two keys are surely of two clients only when they are of one UTC day. An access of another day
/// than the one before takes its place: whoever it was, it may have been the same client. So it takes two different keys within one day, and
/// what is close to midnight counts for neither of its days, since the clock that a key was made by may differ a little from that of the access.
/// A client with two addresses has two keys, and counts as two.
class WantedBy {
 public:
  static constexpr ClientKey kSeveral = 0;
  /// Nobody may hear of it: no client is known for it.
  static constexpr ClientKey kNobody = ~ClientKey{0};
  static constexpr UnixMillis kDay = 24 * 60 * 60 * 1000, kAroundMidnight = 10 * 1000;

  constexpr WantedBy() noexcept = default;

  /// The only client that may hear of it, or one of the above.
  constexpr ClientKey only() const noexcept { return only_; }

  /// `client` wanted it; 0: nobody in particular, which makes it nobody's when nobody wanted it before.
  constexpr void note(ClientKey client, UnixMillis at) noexcept {
    const bool first = day_ == kNever;
    if (!first && (only_ == kSeveral || client == 0)) return;
    const std::int64_t day = day_of(at);
    const bool second = !first && day != kUnsure && day == day_ && only_ != client && only_ != kNobody;
    only_ = second ? kSeveral : client == 0 ? kNobody : client;
    day_ = static_cast<std::int32_t>(day);
  }

  /// It is expected, and what it was made of is for `only` to hear of. Means nothing once somebody wanted it.
  constexpr void foretold(ClientKey only) noexcept {
    if (day_ == kNever && only_ != kSeveral && only != kNobody) only_ = only;
  }

  /// Who may hear of what was made of two.
  static constexpr ClientKey of_both(ClientKey one, ClientKey other) noexcept {
    if (one == other || other == kSeveral) return one;
    return one == kSeveral ? other : kNobody;
  }

 private:
  static constexpr std::int32_t kNever = INT32_MIN, kUnsure = INT32_MIN + 1;
  static constexpr std::int64_t day_of(UnixMillis at) noexcept {
    const UnixMillis within = (at % kDay + kDay) % kDay;
    if (within < kAroundMidnight || within >= kDay - kAroundMidnight) return kUnsure;
    const std::int64_t day = (at - within) / kDay;
    return day > INT32_MIN + 1 && day <= INT32_MAX ? day : kUnsure;
  }

  ClientKey only_ = kNobody;
  std::int32_t day_ = kNever;
};

}  // namespace harbinger
