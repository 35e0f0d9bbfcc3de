#include <harbinger/task.h>

#include <array>
#include <cstdint>
#include <new>

namespace harbinger::detail {

namespace {

// Sizes in steps of 64 octets up to 4 KiB. A thread keeps at most 512 frames of each: as many as a busy one has queries in work.
constexpr std::size_t kStep = 64, kClasses = 64, kMostKept = 512;

struct FreeFrame {
  FreeFrame* next;
};

struct FramePool {
  std::array<FreeFrame*, kClasses> first{};
  std::array<std::uint16_t, kClasses> count{};

  ~FramePool() {
    for (auto* frame : first)
      while (frame) ::operator delete(std::exchange(frame, frame->next));
  }
};

thread_local FramePool pool;

}  // namespace

void* take_frame(std::size_t size) {
  const auto size_class = (size - 1) / kStep;
  if (size_class >= kClasses) return ::operator new(size);
  if (auto* frame = pool.first[size_class]) {
    pool.first[size_class] = frame->next;
    --pool.count[size_class];
    return frame;
  }
  return ::operator new((size_class + 1) * kStep);
}

void give_frame(void* frame, std::size_t size) noexcept {
  const auto size_class = (size - 1) / kStep;
  if (size_class >= kClasses || pool.count[size_class] == kMostKept) return ::operator delete(frame);
  pool.first[size_class] = new (frame) FreeFrame{pool.first[size_class]};
  ++pool.count[size_class];
}

}  // namespace harbinger::detail
