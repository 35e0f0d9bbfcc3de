#include "edge/link_meter.h"

#include <algorithm>
#include <cmath>

namespace harbinger::edge {

namespace {

using namespace std::chrono_literals;

constexpr Duration kClientsUseItFor = 1s;  // after a miss
constexpr Duration kFresh = 100ms;         // a miss for which nothing is begun
constexpr double kNear = 0.8;              // of its rate
constexpr double kHalfLife = 120;          // of what was learnt, in seconds
constexpr double kMostFading = 10;         // seconds at once
// Bytes of a transfer that tells how fast the link is: with its wait for the first byte, and without.
constexpr double kTellsRate = 1 << 20, kBodyTellsRate = 256 << 10;

double seconds(Duration span) { return static_cast<double>(span.count()) / 1e9; }

}  // namespace

LinkMeter::LinkMeter(std::uint64_t bytes_per_second, double most_share)
    : fixed_(static_cast<double>(bytes_per_second)), share_(std::clamp(most_share, 0.01, 1.0)) {}

void LinkMeter::missed(std::uint64_t bytes, Duration took, MonotonicTime now) {
  pay_off(now);
  missed_at_ = now;
  count(static_cast<double>(bytes), took, now);
  if (static_cast<double>(bytes) >= kTellsRate && took > 0ns) learn(static_cast<double>(bytes) / seconds(took), now);
}

void LinkMeter::begun(std::uint64_t guess, MonotonicTime now) {
  pay_off(now);
  if (clients_use_it(now)) debt_ += static_cast<double>(guess);
}

void LinkMeter::ended(std::uint64_t guess, std::uint64_t bytes, Duration body_took, MonotonicTime now) {
  pay_off(now);
  count(static_cast<double>(bytes), body_took, now);
  if (static_cast<double>(bytes) >= kBodyTellsRate && body_took > 0ns)
    learn(static_cast<double>(bytes) / seconds(body_took), now);
  if (clients_use_it(now)) debt_ = std::max(0.0, debt_ + static_cast<double>(bytes) - static_cast<double>(guess));
}

bool LinkMeter::may_begin(MonotonicTime now) {
  pay_off(now);
  if (link() == 0 || !clients_use_it(now)) return true;
  if (debt_ > 0) return false;
  return now - missed_at_ >= kFresh || rate(now) < kNear * link();
}

bool LinkMeter::clients_use_it(MonotonicTime now) const {
  return missed_at_.ns != 0 && now - missed_at_ < kClientsUseItFor;
}

void LinkMeter::pay_off(MonotonicTime now) {
  const double passed = std::max(0.0, seconds(now - paid_at_));
  paid_at_ = now;
  debt_ = clients_use_it(now) ? std::max(0.0, debt_ - passed * share_ * link()) : 0;
}

// What took longer than a second is told of all at once: only a second of it was lately.
void LinkMeter::count(double bytes, Duration took, MonotonicTime now) {
  lately_ = rate(now) + bytes / std::max(1.0, seconds(took));
  counted_at_ = now;
  // Many small ones together may raise it, but they alone do not tell what the link could do.
  if (learnt_ > 0) learnt_ = std::max(learnt_, lately_);
}

// What was learnt fades only where something slower speaks against it.
void LinkMeter::learn(double rate, MonotonicTime now) {
  const double passed = std::clamp(seconds(now - learnt_at_), 0.0, kMostFading);
  const double aged = learnt_ * std::exp2(-passed / kHalfLife);
  learnt_ = std::max(rate, aged);
  learnt_at_ = now;
}

double LinkMeter::rate(MonotonicTime now) const {
  return lately_ * std::exp(-std::max(0.0, seconds(now - counted_at_)));
}

}  // namespace harbinger::edge
