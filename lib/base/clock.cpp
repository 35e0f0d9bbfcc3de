#include <harbinger/clock.h>

namespace harbinger {

namespace {

class SystemClock final : public Clock {
 public:
  MonotonicTime now() const override { return {std::chrono::steady_clock::now().time_since_epoch().count()}; }
  std::chrono::system_clock::time_point calendar() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace harbinger
