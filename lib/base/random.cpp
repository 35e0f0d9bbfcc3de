#include <harbinger/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include <sys/random.h>

namespace harbinger {

namespace {

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    if (left_ == 0) refill();
    const auto value = buffer_[--left_];
    buffer_[left_] = 0;  // a number that was handed out cannot be read from memory later
    return value;
  }

 private:
  static void refill() {
    auto* to = reinterpret_cast<char*>(buffer_.data());
    for (std::size_t filled = 0; filled < sizeof(buffer_);) {
      const auto got = getrandom(to + filled, sizeof(buffer_) - filled, 0);
      if (got > 0)
        filled += static_cast<std::size_t>(got);
      else if (errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    left_ = buffer_.size();
  }

  static thread_local constinit std::array<std::uint64_t, 32> buffer_;
  static thread_local constinit std::size_t left_;
};

thread_local constinit std::array<std::uint64_t, 32> SystemRandom::buffer_{};
thread_local constinit std::size_t SystemRandom::left_ = 0;

}  // namespace

std::uint64_t Random::below(std::uint64_t bound) {
  // Values of the last, incomplete run of `bound` numbers would favour small results, so they are drawn again.
  for (;;) {
    const auto value = next();
    const auto result = value % bound;
    if (value - result <= 0 - bound) return result;
  }
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace harbinger
