// How soon a mirror that was looked at is in answers.
#include <catch2/catch.hpp>
#include <set>

#include <algorithm>
#include <map>
#include <thread>

#include "tests/scenarios/mirroring_house.h"

namespace harbinger::test {
namespace {

using namespace std::chrono_literals;
using Now = std::chrono::steady_clock;

// A cache of the test's own, which knows when it was last asked for something of a name.
class WatchedCache {
 public:
  const SocketAddress& address() const { return server_.address(); }
  Now::time_point last(const std::string& host) const {
    const std::lock_guard guard(lock_);
    return last_.at(host);
  }

 private:
  void answer(const WebRequest& request, WebPeer& peer) {
    const std::size_t size = request.path.ends_with(".ts") ? 20000 : 1000;
    const auto host = request.field("Host");
    bool had = false;
    {
      const std::lock_guard guard(lock_);
      had = !held_.insert(host + request.path).second;
    }
    peer.send(web_response("200 OK",
                           std::string("Accept-Ranges: bytes\r\nETag: \"1\"\r\nCache-Control: max-age=600\r\n") +
                               "X-Cache-Status: " + (had ? "HIT" : "MISS") + "\r\n",
                           std::string(size, 'x')));
    const std::lock_guard guard(lock_);
    last_[host] = Now::now();
  }

  mutable std::mutex lock_;
  std::set<std::string> held_;
  std::map<std::string, Now::time_point> last_;
  WebServer server_{[this](const WebRequest& request, WebPeer& peer) { answer(request, peer); }};
};

}  // namespace

TEST_CASE("a mirror is in our own answers within 50 ms of the last octet that it was looked at with") {
  if (no_curl() || !installed({"nginx"})) return;
  WatchedCache cache;
  MirrorHouse house({.first = cache.address(), .edges = 1});
  std::vector<double> milliseconds;
  for (int i = 0; i < 10; ++i) {
    const auto film = "film" + std::to_string(i) + ".video.example";
    const auto given_up = Now::now() + 20s;
    auto next = Now::now();
    while (house.told(film).empty()) {
      REQUIRE(Now::now() < given_up);
      std::this_thread::sleep_until(next += 1ms);  // the clock that is measured with
    }
    milliseconds.push_back(std::chrono::duration<double, std::milli>(Now::now() - cache.last(film)).count());
  }
  std::ranges::sort(milliseconds);
  WARN("from the last octet of the verification to the first answer: median " << milliseconds[5] << " ms, slowest "
                                                                              << milliseconds.back() << " ms");
  CHECK(milliseconds[5] <= 50);
}

}  // namespace harbinger::test
