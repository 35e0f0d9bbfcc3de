// A worker's event loop: Boost.Asio for everything that starts and ends, plus descriptors that are watched for good.
#pragma once

#include <sys/epoll.h>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include <harbinger/loop.h>

namespace harbinger::net {

/// Is told when its descriptor is ready.
class Watcher {
 public:
  virtual void ready(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

/// Loop over one io_context that one thread runs. `post` and `stop` may be called from any thread, the rest from the running one, or
/// before it runs. While it sleeps, the running thread is offline for RCU; between two rounds it is quiescent.
class AsioLoop final : public Loop {
 public:
  explicit AsioLoop(const Clock& clock = system_clock());
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  void post(std::function<void()> work) override;
  TimerId after(Duration delay, std::function<void()> work) override;
  bool cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }

  /// Handlers that are handed to it directly are not noticed before something else happens: use `post`.
  boost::asio::io_context& context() { return context_; }

  /// Calls `watcher.ready(events)` whenever `fd` is ready for one of `events` (EPOLLIN, EPOLLOUT), again and again until what made
  /// it ready is gone. EPOLLHUP and EPOLLERR come unasked. Unlike Asio's waits it needs no arming before each one.
  void watch(int fd, std::uint32_t events, Watcher& watcher);
  void change_watch(int fd, std::uint32_t events, Watcher& watcher);
  /// The watcher is not called any more, not even for what has happened already.
  void forget(int fd, Watcher& watcher);

  /// Runs on the calling thread, as its loop, until stop(), or until nothing is watched and Asio has no work and no guard.
  void run();
  void stop();

 private:
  bool run_handlers();
  void sleep_and_dispatch(int timeout);
  void wake();

  const Clock& clock_;
  boost::asio::io_context context_{1};
  TimerId next_timer_ = 1;
  std::unordered_map<TimerId, std::unique_ptr<boost::asio::steady_timer>> timers_;

  int epoll_ = -1;
  int wake_ = -1;  // an eventfd that other threads write to
  std::size_t watched_ = 0;
  std::atomic<bool> stopping_{false};
  bool handlers_wait_ = true;  // asking Asio costs a system call, so it is asked only when it may have something to run
  std::array<epoll_event, 64> events_;
  int next_event_ = 0, last_event_ = 0;  // of events_, those not dispatched yet
};

}  // namespace harbinger::net
