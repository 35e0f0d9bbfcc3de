#include "provision/size_adviser.h"

namespace harbinger::provision {

namespace {

double share(double used, double of) { return of > 0 ? used / of : 0; }

}  // namespace

void LoadWatch::sample(const Usage& usage, const Size& size) {
  const double near = std::max(share(usage.cpus, size.cpus),
                               share(static_cast<double>(usage.memory_mb), static_cast<double>(size.memory_mb)));
  ++samples_;
  peak_ = std::max(peak_, near);
  most_ = {std::max(most_.cpus, usage.cpus), std::max(most_.memory_mb, usage.memory_mb)};
  hot_ = near >= kHot ? hot_ + 1 : 0;
}

bool LoadWatch::take_hot() {
  if (hot_ < kSamples) return false;
  hot_ = 0;
  return true;
}

Size SizeAdviser::grown(const Size& size) const {
  const auto memory = static_cast<std::uint64_t>(static_cast<double>(size.memory_mb) * kStep);
  return {std::clamp(size.cpus * kStep, size.cpus, std::max(size.cpus, most_.cpus)),
          std::clamp(memory, size.memory_mb, std::max(size.memory_mb, most_.memory_mb))};
}

// Never smaller than a quarter of what it began with, nor than half as much again as was needed.
void SizeAdviser::ended(const LoadWatch& watch) {
  if (!watch.was_cool()) {
    cool_ = 0;
    needed_ = {0, 0};
    return;
  }
  needed_ = larger(needed_, watch.peak());
  if (++cool_ < kCoolInRow) return;
  const Size least{
      std::max(begin_.cpus / 4, needed_.cpus * kStep),
      std::max(begin_.memory_mb / 4, static_cast<std::uint64_t>(static_cast<double>(needed_.memory_mb) * kStep))};
  const Size smaller{next_.cpus / kStep, static_cast<std::uint64_t>(static_cast<double>(next_.memory_mb) / kStep)};
  const Size wanted = larger(smaller, least);
  next_ = {std::min(next_.cpus, wanted.cpus), std::min(next_.memory_mb, wanted.memory_mb)};
  cool_ = 0;
  needed_ = {0, 0};
}

}  // namespace harbinger::provision
