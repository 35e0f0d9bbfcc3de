#include "learn/refresh_policies.h"

#include <algorithm>

namespace harbinger {
namespace {

// What the simple policies share: the records by their index, and when their answers expire.
class SimplePolicy : public RefreshPlanner {
 public:
  void resolved(std::string_view name, std::uint16_t type, std::uint32_t ttl_s, UnixMillis now) override {
    keep(feed_.record(name, type), ttl_s, now);
  }

  void plan(UnixMillis now, std::vector<Wish>& out) override {
    prepare(now);
    for (const std::uint32_t index : ready_) {
      const auto& record = feed_.records[index];
      out.push_back({record.name, record.type, Reason::renewal, 1, now});
      ++state_.planned;
    }
    ready_.clear();
  }

  State state() const override { return state_; }

 protected:
  struct Kept {
    UnixMillis expires = 0;
    std::uint32_t ttl_s = 0;
    bool wished = false;
  };

  virtual void prepare(UnixMillis) {}

  std::uint32_t note(const Access& access) {
    ++state_.questions;
    const std::uint32_t index = feed_.record(access.resource, access.type);
    if (access.outcome != Outcome::from_cache) keep(index, access.ttl_s, access.at);
    return index;
  }

  void keep(std::uint32_t index, std::uint32_t ttl_s, UnixMillis now) {
    if (kept_.size() <= index) kept_.resize(index + 1);
    kept_[index] = {now + ttl_s * 1000LL, ttl_s, false};
  }

  void wish(std::uint32_t index) {
    if (kept_[index].wished) return;
    kept_[index].wished = true;
    ready_.push_back(index);
  }

  bool in_last_part(std::uint32_t index, UnixMillis now, double part) const {
    const Kept& kept = kept_[index];
    return static_cast<double>(kept.expires - now) < part * kept.ttl_s * 1000;
  }

  DnsFeed feed_;
  std::vector<Kept> kept_;
  std::vector<std::uint32_t> ready_;
  State state_;
};

class TtlRefresh final : public SimplePolicy {
 public:
  explicit TtlRefresh(double part) : part_(part) {}

  void asked(const Access& access) override {
    const std::uint32_t index = note(access);
    if (access.outcome == Outcome::from_cache && in_last_part(index, access.at, part_)) wish(index);
  }

 private:
  const double part_;
};

class PeriodicRefresh final : public SimplePolicy {
 public:
  PeriodicRefresh(UnixMillis window_ms, std::uint32_t windows)
      : window_ms_(window_ms), windows_(std::min(windows, 64U)) {}

  void asked(const Access& access) override {
    begin_window(access.at);
    const std::uint32_t index = note(access);
    if (seen_.size() <= index) seen_.resize(index + 1);
    seen_[index] |= 1;
    if (access.outcome == Outcome::from_cache && in_last_part(index, access.at, 0.1)) wish(index);
  }

 private:
  void prepare(UnixMillis now) override { begin_window(now); }

  void begin_window(UnixMillis now) {
    if (ends_ == 0) ends_ = now + window_ms_;
    for (; now >= ends_; ends_ += window_ms_) {
      for (std::uint32_t index = 0; index < seen_.size(); ++index) {
        seen_[index] <<= 1;
        if (expected(seen_[index]) && kept_[index].expires <= now) wish(index);
      }
    }
  }

  // Bit 0 is the window that begins.
  bool expected(std::uint64_t seen) const {
    if (seen == 0) return false;
    for (std::uint32_t period = 1; 2 * period < windows_; ++period) {
      if ((seen >> period & 1) != 0 && (seen >> (2 * period) & 1) != 0) return true;
    }
    return false;
  }

  const UnixMillis window_ms_;
  const std::uint32_t windows_;
  UnixMillis ends_ = 0;
  std::vector<std::uint64_t> seen_;  // a bit per window, newest lowest
};

class Oracle final : public RefreshPlanner {
 public:
  static constexpr UnixMillis kMarginMs = 25;

  explicit Oracle(const DnsFeed& feed) : feed_(feed) {
    std::vector<UnixMillis> expires(feed.records.size(), 0);
    for (const auto& question : feed.questions) {
      if (question.at < expires[question.record] || question.ttl_s == 0) continue;
      // The earlier of two questions in one flight is the one that counts.
      const UnixMillis start = question.at - question.rtt_us / 1000 - kMarginMs;
      wishes_.push_back({start, question.record});
      expires[question.record] = start + question.rtt_us / 1000 + question.ttl_s * 1000LL;
    }
    std::stable_sort(wishes_.begin(), wishes_.end(), [](const Due& a, const Due& b) { return a.at < b.at; });
  }

  void asked(const Access&) override { ++state_.questions; }
  void resolved(std::string_view, std::uint16_t, std::uint32_t, UnixMillis) override {}

  void plan(UnixMillis now, std::vector<Wish>& out) override {
    for (; next_ < wishes_.size() && wishes_[next_].at <= now; ++next_) {
      const auto& record = feed_.records[wishes_[next_].record];
      out.push_back({record.name, record.type, Reason::renewal, 1, now});
      ++state_.planned;
    }
  }

  State state() const override { return state_; }

 private:
  struct Due {
    UnixMillis at;
    std::uint32_t record;
  };
  const DnsFeed& feed_;
  std::vector<Due> wishes_;
  std::size_t next_ = 0;
  State state_;
};

}  // namespace

std::unique_ptr<RefreshPlanner> make_ttl_refresh(double part) { return std::make_unique<TtlRefresh>(part); }

std::unique_ptr<RefreshPlanner> make_periodic_refresh(UnixMillis window_ms, std::uint32_t windows) {
  return std::make_unique<PeriodicRefresh>(window_ms, windows);
}

std::unique_ptr<RefreshPlanner> make_oracle_refresh(const DnsFeed& feed) { return std::make_unique<Oracle>(feed); }

}  // namespace harbinger
