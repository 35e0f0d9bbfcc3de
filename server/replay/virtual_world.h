// What a chain needs of the world, in virtual time: a loop whose time stands until it is moved, and upstreams that know every name.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <unordered_map>

#include <harbinger/access.h>
#include <harbinger/clock.h>
#include <harbinger/exchange.h>
#include <harbinger/loop.h>

namespace harbinger::replay {

/// Moves when it is told to. `calendar` is the trace's time.
class VirtualClock final : public Clock {
 public:
  MonotonicTime now() const override { return now_; }
  std::chrono::system_clock::time_point calendar() const override {
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(Duration(now_.ns - kBegin));
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(began_) + since);
  }
  /// The calendar time at which the clock begins.
  void begin(UnixMillis at) { began_ = at; }
  void set(MonotonicTime to) { now_ = to; }

 private:
  static constexpr std::int64_t kBegin = 1'000'000'000;
  MonotonicTime now_{kBegin};
  UnixMillis began_ = 0;
};

/// The calling thread's loop while it lives.
class VirtualLoop final : public Loop {
 public:
  VirtualLoop() { set_current(this); }
  ~VirtualLoop() override { set_current(nullptr); }

  void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
  TimerId after(Duration delay, std::function<void()> work) override;
  bool cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }
  VirtualClock& virtual_clock() { return clock_; }

  /// Runs what was posted, until there is nothing.
  void run();
  /// Lets time pass until `end`: every timer runs at its own moment.
  void advance_to(MonotonicTime end);

 private:
  VirtualClock clock_;
  TimerId last_ = 0;
  std::deque<std::function<void()>> posted_;
  std::map<std::pair<MonotonicTime, TimerId>, std::function<void()>> timers_;
  std::unordered_map<TimerId, MonotonicTime> due_;
};

/// Every upstream: has an address for every name, at once, for as long as the trace says (or kUsualTtl), and nothing of any other type.
class KnowingUpstream final : public Exchange {
 public:
  static constexpr std::uint32_t kUsualTtl = 60;

  Task<Result<std::vector<std::uint8_t>>> ask(const SocketAddress& server, Over over,
                                              std::span<const std::uint8_t> query, MonotonicTime deadline) override;
  /// How long answers for `name` (as text, without the last dot) may be kept.
  void set_ttl(std::string_view name, std::uint32_t ttl_s) { ttls_[std::string(name)] = ttl_s; }
  std::uint64_t asked() const { return asked_; }

 private:
  std::unordered_map<std::string, std::uint32_t> ttls_;
  std::uint64_t asked_ = 0;
};

}  // namespace harbinger::replay
