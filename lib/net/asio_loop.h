// A worker's event loop on Boost.Asio.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_map>

#include <harbinger/loop.h>

namespace harbinger::net {

/// Loop over one io_context that one thread runs. `post` may be called from any thread, the rest from the running one.
class AsioLoop final : public Loop {
 public:
  explicit AsioLoop(const Clock& clock = system_clock()) : clock_(clock) {}

  void post(std::function<void()> work) override;
  TimerId after(Duration delay, std::function<void()> work) override;
  bool cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }

  boost::asio::io_context& context() { return context_; }

  /// Runs on the calling thread, as its loop, until stop() or until there is no work and no guard.
  void run();
  void stop() { context_.stop(); }

 private:
  const Clock& clock_;
  boost::asio::io_context context_{1};
  TimerId next_timer_ = 1;
  std::unordered_map<TimerId, std::unique_ptr<boost::asio::steady_timer>> timers_;
};

}  // namespace harbinger::net
