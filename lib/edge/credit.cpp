#include "edge/credit.h"

#include <algorithm>
#include <cmath>

namespace harbinger::edge {

namespace {

constexpr double kShortest = 0.5;               // s: bytes of a shorter time say little
constexpr double kNewest = 1.0 / 16;            // weight of one job among the last
constexpr std::uint64_t kMostJob = 1ULL << 30;  // bytes that a job is believed to have moved

}  // namespace

bool Credit::status(const Status& status, MonotonicTime now) {
  const double seconds = std::max(static_cast<double>((now - since_).count()) / 1e9, kShortest);
  since_ = now;
  const double rate = (static_cast<double>(status.bytes_served) + static_cast<double>(job_bytes_)) / seconds;
  job_bytes_ = 0;
  if (rate > kAbsurd || status.hits > status.requests) return false;
  served_ = std::max(served_, rate);
  return true;
}

void Credit::job(bool well, std::uint64_t bytes) {
  if (well) job_bytes_ += std::min(bytes, kMostJob);
  well_ += kNewest * ((well ? 1 : 0) - well_);
}

double Credit::believed() const {
  const double most = std::max(kTimes * served_, kUsual);
  return claimed_ > 0 ? std::min(claimed_, most) : most;
}

double Credit::trust() const { return std::max(well_, kLeastTrust); }

double Credit::weight() const { return std::exp2(std::round(std::log2(believed() * trust()))); }

}  // namespace harbinger::edge
