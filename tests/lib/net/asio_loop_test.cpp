#include "net/asio_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <chrono>
#include <thread>
#include <vector>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

struct Event final : net::Watcher {
  explicit Event(unsigned first = 0) : fd(eventfd(first, EFD_NONBLOCK)) {}
  ~Event() { close(fd); }
  void ready(std::uint32_t) override { on_ready(); }

  int fd;
  std::function<void()> on_ready;
};

}  // namespace

TEST_CASE("the loop returns when there is no work") {
  net::AsioLoop loop;
  int ran = 0;
  loop.post([&] { loop.after(1ms, [&] { ++ran; }); });
  loop.run();
  CHECK(ran == 1);
  CHECK(Loop::current() == nullptr);
}

TEST_CASE("a watched descriptor is reported until what made it ready is gone") {
  net::AsioLoop loop;
  Event event(1);
  int calls = 0;
  event.on_ready = [&] {
    if (++calls < 3) return;
    loop.forget(event.fd, event);
  };
  loop.watch(event.fd, EPOLLIN, event);
  loop.run();
  CHECK(calls == 3);
}

TEST_CASE("a watcher that was forgotten is not told what had happened before") {
  net::AsioLoop loop;
  Event one(1), two(1);
  int calls = 0;
  const auto forget_both = [&] {
    ++calls;
    loop.forget(one.fd, one);
    loop.forget(two.fd, two);
  };
  one.on_ready = two.on_ready = forget_both;
  loop.watch(one.fd, EPOLLIN, one);
  loop.watch(two.fd, EPOLLIN, two);
  loop.run();
  CHECK(calls == 1);
}

TEST_CASE("work from another thread wakes a sleeping loop") {
  net::AsioLoop loop;
  Event never;
  loop.watch(never.fd, EPOLLIN, never);
  std::thread other([&] { loop.post([&] { loop.stop(); }); });
  loop.run();
  other.join();
  SUCCEED();
}

TEST_CASE("a loop that was stopped before it ran returns at once, and runs the next time") {
  net::AsioLoop loop;
  int ran = 0;
  loop.post([&] { ++ran; });
  loop.stop();
  loop.run();
  CHECK(ran == 0);
  loop.run();
  CHECK(ran == 1);
}

TEST_CASE("a cancelled timer does not run, and cancelling says whether that was in time") {
  net::AsioLoop loop;
  bool ran = false;
  loop.post([&] {
    const auto timer = loop.after(1h, [&] { ran = true; });
    CHECK(loop.cancel(timer));
    CHECK_FALSE(loop.cancel(timer));
  });
  loop.run();
  CHECK_FALSE(ran);
}
