// What one worker needs to ask others: readiness of many short-lived sockets, their deadlines, and going on afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <harbinger/metrics.h>
#include <harbinger/random.h>

#include "net/asio_loop.h"
#include "net/ask.h"

namespace harbinger::net {

/// Told when its socket is ready. Must not run anybody else's code: it finishes asks through the Poller.
class Watched {
 public:
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Watched() = default;
};

/// Where both transports count and draw from.
struct Tools {
  Random* random = nullptr;
  Counter ignored_udp{}, ignored_tcp{}, connections{};
};

/// One per loop; only on that loop's thread. An epoll set of its own hangs in the loop's: sockets that live for one reply then cost one
/// system call to watch and none to forget, and many replies are taken at one wake-up.
class Poller final : private Watcher {
 public:
  Poller(AsioLoop& loop, const Tools& tools);
  /// Only when the loop ends: until then it may call.
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Watches `socket` until it is closed by close_watched. False with errno when the system refuses.
  bool watch(int socket, std::uint32_t events, Watched& watched);
  void change(int socket, std::uint32_t events, Watched& watched);
  void close_watched(int socket);

  void end_at(Ending& ending, MonotonicTime deadline);

  /// The ask's coroutine goes on soon, never within this call.
  void finish(Ask& ask);
  void finish(Ask& ask, ErrorCode code, const char* why);

  MonotonicTime now() const { return loop_.clock().now(); }
  const Tools& tools() const { return tools_; }
  /// Room for one message in or out; free to use within one call.
  std::array<std::uint8_t, 65536>& scratch() { return *scratch_; }

 private:
  void ready(std::uint32_t events) override;
  void look_at_deadlines();
  void schedule_look();
  void resume_finished();

  static constexpr int kBatch = 64;

  AsioLoop& loop_;
  const Tools tools_;
  const int epoll_;
  bool busy_ = false, resume_posted_ = false;
  DeadlineWheel wheel_;
  Loop::TimerId timer_ = 0;
  MonotonicTime timer_at_{INT64_MAX};
  std::vector<Ask*> finished_;
  std::unique_ptr<std::array<std::uint8_t, 65536>> scratch_;
};

}  // namespace harbinger::net
