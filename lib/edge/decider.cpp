#include "edge/decider.h"

#include <algorithm>

#include <harbinger/foresight.h>
#include <harbinger/hints.h>

namespace harbinger::edge {

namespace {

constexpr double kMixing = 0.02;
// What has this share of its probability from being next.
constexpr double kMostlyNext = 0.3;
constexpr double kAlmostCertain = 0.5, kWorthARush = 0.2;
constexpr double kTooLate = 1;  // times of what a miss takes
// Until when a prefetch makes sense, in times of how long it usually takes until it is wanted.
constexpr std::uint32_t kLateness = 4, kSoonestMs = 5'000, kLatestMs = 120'000;

void mix(double& average, double value) { average += (value - average) * kMixing; }

}  // namespace

Decider::Decider(Settings settings) : settings_(std::move(settings)), credit_(settings_.waste) {}

bool Decider::is_skipped(std::string_view resource) const {
  return std::ranges::any_of(settings_.skip,
                             [&](const std::string& pattern) { return matches_pattern(pattern, resource); });
}

// With every access of the client it is asked again, and then more is known. So what is not likely next waits, unless the next access will come before
// anything can be fetched for the one behind it; then what is likely enough to be wanted at all is fetched now.
bool Decider::can_wait(const Expected& expected) const {
  if (expected.next >= expected.probability * kMostlyNext) return false;
  const bool in_a_rush = expected.in_ms > 0 && expected.in_ms < settings_.ahead * miss_ms_;
  return !in_a_rush || expected.probability < kWorthARush;
}

// Its client asks for it by itself before it could be there.
bool Decider::is_too_late(const Expected& expected) const {
  return expected.next >= kAlmostCertain && expected.in_ms > 0 && expected.in_ms < kTooLate * miss_ms_;
}

std::uint64_t Decider::size_of(const Expected& expected) const {
  return expected.bytes != 0 ? expected.bytes : static_cast<std::uint64_t>(usual_bytes_);
}

std::vector<Job> Decider::decide(ClientKey client, std::span<const Expected> expected, MonotonicTime now) {
  std::vector<const Expected*> likeliest;
  for (const auto& each : expected)
    if (each.probability >= settings_.waste.least && is_url(each.resource)) likeliest.push_back(&each);
  std::ranges::stable_sort(likeliest, std::greater(), &Expected::probability);
  std::vector<Job> jobs;
  for (const auto* each : likeliest) {
    if (jobs.size() == settings_.most || open_.size() >= settings_.open) break;
    if (by_resource_.contains(std::string(each->resource))) continue;
    if (is_skipped(each->resource)) {
      ++books_.skipped;
      continue;
    }
    if (can_wait(*each) || is_too_late(*each)) {
      ++books_.put_off;
      continue;
    }
    const auto bytes = size_of(*each);
    if (!credit_.pay(each->probability, bytes)) {
      ++books_.unpaid;
      continue;
    }
    jobs.push_back(make_job(client, *each, bytes));
    by_age_.emplace_back(now, jobs.back().id);
  }
  return jobs;
}

Job Decider::make_job(ClientKey client, const Expected& expected, std::uint64_t bytes) {
  Job job;
  job.id = ++last_id_;
  job.resource = expected.resource;
  job.probability = expected.probability;
  job.benefit_ms = std::max(1.0, miss_ms_ - hit_ms_);
  job.bytes = bytes;
  job.client = client;
  job.within_ms = std::clamp(std::min(expected.in_ms, kLatestMs) * kLateness, kSoonestMs, kLatestMs);
  ++books_.decided;
  open_.emplace(job.id, Open{job.resource, job.probability, bytes, false});
  by_resource_.emplace(job.resource, job.id);
  return job;
}

void Decider::wanted(const Wanted& what) {
  if (!what.from_cache) credit_.earn(what.bytes);
  if (what.bytes > 0) mix(usual_bytes_, static_cast<double>(what.bytes));
  if (what.took_ms > 0) mix(what.from_cache ? hit_ms_ : miss_ms_, what.took_ms);
  const auto found = by_resource_.find(std::string(what.resource));
  if (found == by_resource_.end()) return;
  const auto& open = open_.at(found->second);
  if (!open.fetched) return;  // its job is told to be over
  credit_.settle((1 - open.probability) * static_cast<double>(open.bytes), 0);
  credit_.earn(what.bytes);  // it would have come from the origin
  ++books_.useful;
  books_.useful_bytes += open.bytes;
  drop(found->second);
}

void Decider::done(const JobDone& done) {
  const auto found = open_.find(done.id);
  if (found == open_.end()) return;
  auto& open = found->second;
  credit_.give_back(open.probability, open.bytes);
  if (done.outcome != JobDone::Outcome::fetched) return drop(done.id);
  open.fetched = true;
  open.bytes = done.bytes;
  credit_.charge(open.probability, open.bytes);
}

void Decider::tend(MonotonicTime now) {
  while (!by_age_.empty() &&
         (now - by_age_.front().first >= settings_.patience || !open_.contains(by_age_.front().second))) {
    const auto id = by_age_.front().second;
    by_age_.pop_front();
    const auto found = open_.find(id);
    if (found == open_.end()) continue;
    const auto& open = found->second;
    if (open.fetched) {
      credit_.settle((1 - open.probability) * static_cast<double>(open.bytes), static_cast<double>(open.bytes));
      ++books_.in_vain;
      books_.bytes_in_vain += open.bytes;
    }
    drop(id);
  }
}

void Decider::drop(std::uint64_t id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  by_resource_.erase(found->second.resource);
  open_.erase(found);
}

Decider::Books Decider::books() const {
  auto books = books_;
  books.floor = credit_.floor();
  books.dearness = credit_.dearness();
  books.open = open_.size();
  return books;
}

}  // namespace harbinger::edge
