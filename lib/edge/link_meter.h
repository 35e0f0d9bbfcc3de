// How much of the link towards the origin is in use, and what of it prefetching may have.
#pragma once

#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger::edge {

/// Clients come first: while they fetch over the link, prefetching takes at most its share, and begins nothing right after a miss when the link is near its rate. While
/// they do not, it is free. One thread at a time.
class LinkMeter {
 public:
  /// `bytes_per_second` 0: learnt from the fastest large transfers of the last minutes; no limit before there was any.
  LinkMeter(std::uint64_t bytes_per_second, double most_share);

  /// A client was given something that the cache did not have.
  void missed(std::uint64_t bytes, Duration took, MonotonicTime now);
  /// A job sets out that is expected to bring `guess`; and brought `bytes`, in the time from the first to the last.
  void begun(std::uint64_t guess, MonotonicTime now);
  void ended(std::uint64_t guess, std::uint64_t bytes, Duration body_took, MonotonicTime now);

  bool may_begin(MonotonicTime now);
  /// Bytes per second; 0: not known.
  double link() const { return fixed_ > 0 ? fixed_ : learnt_; }

 private:
  bool clients_use_it(MonotonicTime now) const;
  void pay_off(MonotonicTime now);
  void count(double bytes, Duration took, MonotonicTime now);
  void learn(double rate, MonotonicTime now);
  double rate(MonotonicTime now) const;

  const double fixed_, share_;
  double learnt_ = 0;
  MonotonicTime learnt_at_{};
  double lately_ = 0;  // bytes, fading within a second: also the rate
  MonotonicTime counted_at_{};
  MonotonicTime missed_at_{};
  double debt_ = 0;  // bytes of prefetching that its share has not paid for yet
  MonotonicTime paid_at_{};
};

}  // namespace harbinger::edge
