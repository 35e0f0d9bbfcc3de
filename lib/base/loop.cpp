#include <harbinger/loop.h>

namespace harbinger {

namespace {
thread_local Loop* current_loop = nullptr;
}

Loop* Loop::current() { return current_loop; }
void Loop::set_current(Loop* loop) { current_loop = loop; }

Task<void> Loop::sleep(Duration delay) {
  auto begin = [this, delay](std::function<void()> resume) { after(delay, std::move(resume)); };
  co_await Suspend(std::move(begin));
}

}  // namespace harbinger
