#include "net/asio_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>

#include <harbinger/rcu.h>

namespace harbinger::net {

namespace {

// Asio has no public name for the descriptor that its reactor sleeps on. We sleep on it ourselves, for two reasons: a reader that sleeps
// must be offline for RCU, and Asio lets nobody act around its wait; and a descriptor watched beside it costs no system call to arm.
// An explicit instantiation may name a private member; should a later Boost rename it, this stops compiling.
using Reactor = boost::asio::detail::epoll_reactor;
int descriptor_of(Reactor& reactor);

template <int Reactor::* Member>
struct Door {
  friend int descriptor_of(Reactor& reactor) { return reactor.*Member; }
};
template struct Door<&Reactor::epoll_fd_>;

// Marks in epoll_event::data for what is not a Watcher.
char reactor_mark, wake_mark;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void add(int epoll, int fd, std::uint32_t events, void* mark) {
  epoll_event event{.events = events, .data = {.ptr = mark}};
  checked(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

}  // namespace

AsioLoop::AsioLoop(const Clock& clock) : clock_(clock) {
  auto& reactor = boost::asio::use_service<Reactor>(context_);
  reactor.init_task();
  epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  wake_ = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  add(epoll_, descriptor_of(reactor), EPOLLIN, &reactor_mark);
  add(epoll_, wake_, EPOLLIN, &wake_mark);
}

AsioLoop::~AsioLoop() {
  ::close(wake_);
  ::close(epoll_);
}

void AsioLoop::post(std::function<void()> work) {
  boost::asio::post(context_, std::move(work));
  if (Loop::current() == this)
    handlers_wait_ = true;
  else
    wake();
}

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
bool AsioLoop::cancel(TimerId timer) {
  handlers_wait_ = true;
  return timers_.erase(timer) != 0;
}

void AsioLoop::watch(int fd, std::uint32_t events, Watcher& watcher) {
  add(epoll_, fd, events, &watcher);
  ++watched_;
}

void AsioLoop::change_watch(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{.events = events, .data = {.ptr = &watcher}};
  checked(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

void AsioLoop::forget(int fd, Watcher& watcher) {
  checked(epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr), "epoll_ctl");
  --watched_;
  handlers_wait_ = true;  // nothing may be left to run for
  for (int i = next_event_; i < last_event_; ++i)
    if (events_[i].data.ptr == &watcher) events_[i].data.ptr = nullptr;
}

void AsioLoop::run() {
  set_current(this);
  handlers_wait_ = true;
  while (!stopping_.load(std::memory_order_acquire)) {
    const bool more = handlers_wait_ && run_handlers();
    if (context_.stopped()) {
      context_.restart();
      if (!more && watched_ == 0) break;
    }
    sleep_and_dispatch(more ? 0 : -1);
  }
  stopping_ = false;
  set_current(nullptr);
}

void AsioLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  wake();
}

// Bounded, so that a flood of upstream replies leaves time for the watched descriptors. True when handlers may be left.
bool AsioLoop::run_handlers() {
  for (int i = 0; i < 128; ++i) {
    if (context_.poll_one() > 0) continue;
    handlers_wait_ = false;
    return false;
  }
  return true;
}

void AsioLoop::sleep_and_dispatch(int timeout) {
  if (timeout == 0) {
    rcu::quiescent();
  } else {
    rcu::offline();
  }
  last_event_ = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout);
  if (timeout != 0) rcu::online();

  for (next_event_ = 0; next_event_ < last_event_;) {
    const auto event = events_[next_event_++];
    if (event.data.ptr == &reactor_mark) {
      handlers_wait_ = true;
    } else if (event.data.ptr == &wake_mark) {
      handlers_wait_ = true;
      std::uint64_t count;
      [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
    } else if (event.data.ptr) {
      static_cast<Watcher*>(event.data.ptr)->ready(event.events);
    }
  }
}

void AsioLoop::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

}  // namespace harbinger::net
