#include "edge/rpc/tidy.h"

#include <algorithm>
#include <cmath>

#include "base/client_network.h"

namespace harbinger::edge {

namespace {

constexpr std::uint64_t kMostCache = std::uint64_t{1} << 60, kMostRate = std::uint64_t{1} << 50;
constexpr std::uint64_t kMostRequests = std::uint64_t{1} << 40, kMostTraffic = std::uint64_t{1} << 50;
constexpr std::uint64_t kMostOctets = std::uint64_t{1} << 40;
constexpr std::uint32_t kMostJobs = 1 << 20, kDayMs = 86'400'000;
constexpr std::size_t kMostVersion = 64;

template <class Number>
bool cut(Number& number, Number most) {
  if (number <= most) return false;
  number = most;
  return true;
}

Found found(bool was_cut) { return was_cut ? Found::cut : Found::fine; }

bool is_share(double number) { return number >= 0 && number <= 1; }  // NaN is none

// For people: what could forge a line of a log or a terminal is not let in.
bool cut_text(std::string& text, std::size_t most) {
  bool changed = text.size() > most;
  if (changed) text.resize(most);
  for (auto& each : text) {
    if (each >= 0x20 && each < 0x7f) continue;
    each = '?';
    changed = true;
  }
  return changed;
}

}  // namespace

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kMostText &&
         std::ranges::all_of(text, [](char each) { return each > 0x20 && each < 0x7f; });
}

bool is_rtt(float milliseconds) noexcept { return milliseconds > 0 && milliseconds <= kMostRttMs; }

Found tidy(Status& status) {
  if (std::isnan(status.load) || status.load < 0) return Found::refused;
  bool changed = cut(status.load, 1.0);
  changed |= cut(status.requests, kMostRequests);
  changed |= cut(status.hits, status.requests);
  changed |= cut(status.bytes_served, kMostTraffic);
  changed |= cut(status.bytes_origin, kMostTraffic);
  changed |= cut(status.jobs_waiting, kMostJobs);
  changed |= cut(status.jobs_in_flight, kMostJobs);
  return found(changed);
}

Found tidy(Latency& latency) {
  if (!is_rtt(latency.rtt_ms)) return Found::refused;
  latency.client = client_network(latency.client).address;
  const auto octets = latency.client.octets();
  const bool somebody = std::ranges::any_of(octets, [](std::uint8_t octet) { return octet != 0; });
  return somebody ? Found::fine : Found::refused;
}

Found tidy(Fetched& access, UnixMillis now) {
  constexpr UnixMillis kOldest = kDayMs, kAhead = 60'000;
  const bool in_time = access.at >= now - kOldest && access.at <= now + kAhead;
  const bool known = access.outcome <= Outcome::failed;
  return in_time && known && is_name(access.resource) ? Found::fine : Found::refused;
}

Found tidy(JobDone& done) {
  if (done.outcome > JobDone::Outcome::stopped || !is_name(done.resource)) return Found::refused;
  bool changed = cut(done.bytes, kMostOctets);
  changed |= cut(done.took_ms, kDayMs);
  changed |= cut_text(done.why, kMostText);
  return found(changed);
}

Found tidy(Job& job) {
  if (job.kind > Job::Kind::mirror || !is_name(job.resource) || !is_share(job.probability)) return Found::refused;
  if (std::isnan(job.benefit_ms) || job.benefit_ms < 0) return Found::refused;
  bool changed = cut(job.benefit_ms, static_cast<double>(kDayMs));
  changed |= cut(job.bytes, kMostOctets);
  return found(changed);
}

Found tidy(Line& line) {
  if (!is_name(line.context)) return Found::refused;
  auto& next = line.successors;
  bool changed = std::erase_if(next, [](const auto& one) { return !is_name(one.first) || !is_share(one.second); }) > 0;
  if (next.size() > kMostSuccessors) {
    next.resize(kMostSuccessors);
    changed = true;
  }
  return found(changed);
}

Result<void> tidy(Hello& hello) {
  if (!is_name(hello.name))
    return fail(ErrorCode::malformed, "an edge's name is 1 to 255 printable characters without blanks");
  if (!hello.endpoint.empty() && !is_name(hello.endpoint))
    return fail(ErrorCode::malformed, "an edge's endpoint is at most 255 printable characters without blanks");
  if (!hello.cluster.empty() && !is_name(hello.cluster))
    return fail(ErrorCode::malformed, "an edge's cluster is at most 255 printable characters without blanks");
  cut(hello.cache_bytes, kMostCache);
  cut(hello.bytes_per_second, kMostRate);
  cut_text(hello.version, kMostVersion);
  return {};
}

}  // namespace harbinger::edge
