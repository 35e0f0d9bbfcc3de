#include "net/asio_loop.h"

#include <boost/asio/post.hpp>

namespace harbinger::net {

void AsioLoop::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

Loop::TimerId AsioLoop::after(Duration delay, std::function<void()> work) {
  const TimerId id = next_timer_++;
  auto& timer = timers_[id];
  timer = std::make_unique<boost::asio::steady_timer>(context_, delay);
  timer->async_wait([this, id, work = std::move(work)](const boost::system::error_code& cancelled) {
    if (cancelled || timers_.erase(id) == 0) return;
    work();
  });
  return id;
}

// Erasing is what cancels: a handler that is queued already finds its timer gone.
bool AsioLoop::cancel(TimerId timer) { return timers_.erase(timer) != 0; }

void AsioLoop::run() {
  set_current(this);
  context_.run();
  set_current(nullptr);
}

}  // namespace harbinger::net
