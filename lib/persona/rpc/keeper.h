// What a client of an engine does later: on one thread of its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <harbinger/random.h>

namespace harbinger::persona {

/// Calls functions at their time, one after the other. Any thread may ask for it.
class Keeper {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Call = std::function<void()>;
  /// So many may wait; one more is called by whoever asks for it.
  static constexpr std::size_t kMost = 65536;

  Keeper();
  ~Keeper() { stop(); }
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  void at(Time time, Call call);
  void soon(Call call) { at(std::chrono::steady_clock::now(), std::move(call)); }
  /// Calls what is due, forgets what is not, and ends. What is asked for afterwards is called by whoever asks for it.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Time, Call> calls_;
  bool stopping_ = false;
  std::thread thread_;
};

/// Pauses between attempts: each twice as long as the one before, from the shortest to the longest, and by chance up to half shorter, so that
/// clients of an engine that comes back do not come all at once.
class Pauses {
 public:
  Pauses(std::chrono::milliseconds shortest, std::chrono::milliseconds longest)
      : shortest_(shortest), longest_(longest), next_(shortest) {}
  std::chrono::microseconds next(Random& random);
  /// It went well: the next pause is short again.
  void reset() { next_ = shortest_; }

 private:
  std::chrono::milliseconds shortest_, longest_, next_;
};

}  // namespace harbinger::persona
