#include "mirror/boot_clock.h"

#include <ctime>

namespace harbinger::mirror {

namespace {

class BootClock final : public Clock {
 public:
  MonotonicTime now() const override {
    timespec at{};
    clock_gettime(CLOCK_BOOTTIME, &at);
    return {at.tv_sec * 1'000'000'000LL + at.tv_nsec};
  }
  std::chrono::system_clock::time_point calendar() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

const Clock& boot_clock() {
  static const BootClock clock;
  return clock;
}

}  // namespace harbinger::mirror
