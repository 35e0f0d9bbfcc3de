#include <harbinger/prefetch_queue.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <random>
#include <vector>

using namespace harbinger;
using namespace std::chrono_literals;
using Offered = PrefetchQueue::Offered;

namespace {

constexpr MonotonicTime kStart{1'000'000'000};

PrefetchJob job(std::string key, double probability) {
  return {.key = std::move(key), .probability = probability, .benefit_ms = 10, .transfer_ms = 2};
}

// The same promises, kept as slowly and plainly as can be.
class Naive {
 public:
  explicit Naive(PrefetchQueue::Limits limits) : limits_(limits) {}

  Offered offer(const PrefetchJob& job, MonotonicTime now) {
    if (late(job, now)) return Offered::too_late;
    if (flying_.contains(job.key)) return Offered::known;
    if (job.bytes > limits_.bytes_in_flight) return Offered::no_room;
    drop_late(now);
    for (PrefetchJob& old : waiting_) {
      if (old.key != job.key) continue;
      const bool more = job.worth() > old.worth();
      const auto needed =
          old.needed_by.ns == 0 || job.needed_by.ns == 0 ? MonotonicTime{} : std::max(old.needed_by, job.needed_by);
      if (more) old = job;
      old.needed_by = needed;
      return more ? Offered::raised : Offered::known;
    }
    if (waiting_.size() >= limits_.waiting) {
      const auto worst = best(false);
      if (worst == waiting_.end() || job.worth() <= worst->worth()) return Offered::no_room;
      waiting_.erase(worst);
      ++state_.dropped_for_room;
    }
    waiting_.push_back(job);
    return Offered::queued;
  }
  std::string next(MonotonicTime now) {
    drop_late(now);
    const auto found = best(true);
    if (found == waiting_.end() || flying_.size() >= limits_.in_flight ||
        bytes() + found->bytes > limits_.bytes_in_flight)
      return "";
    const std::string key = found->key;
    flying_[key] = found->bytes;
    waiting_.erase(found);
    return key;
  }
  void done(const std::string& key) { flying_.erase(key); }
  bool cancel(const std::string& key) {
    return std::erase_if(waiting_, [&](const PrefetchJob& one) { return one.key == key; }) > 0;
  }
  PrefetchQueue::State state() const {
    auto state = state_;
    state.waiting = waiting_.size();
    state.in_flight = flying_.size();
    state.bytes_in_flight = bytes();
    return state;
  }

 private:
  static bool late(const PrefetchJob& job, MonotonicTime now) { return job.needed_by.ns != 0 && job.needed_by <= now; }
  void drop_late(MonotonicTime now) {
    state_.dropped_late += std::erase_if(waiting_, [&](const PrefetchJob& one) { return late(one, now); });
  }
  // In order of arrival: of equals the best is the first, the worst the last.
  std::vector<PrefetchJob>::iterator best(bool most) {
    auto found = waiting_.begin();
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at)
      if (most ? at->worth() > found->worth() : at->worth() <= found->worth()) found = at;
    return found;
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [key, size] : flying_) sum += size;
    return sum;
  }

  PrefetchQueue::Limits limits_;
  std::vector<PrefetchJob> waiting_;
  std::map<std::string, std::uint64_t> flying_;
  PrefetchQueue::State state_;
};

bool same(const PrefetchQueue::State& a, const PrefetchQueue::State& b) {
  return a.waiting == b.waiting && a.in_flight == b.in_flight && a.bytes_in_flight == b.bytes_in_flight &&
         a.dropped_late == b.dropped_late && a.dropped_for_room == b.dropped_for_room;
}

}  // namespace

TEST_CASE("the most worthwhile goes first, and of equals the first come") {
  PrefetchQueue queue({});
  for (const auto& [key, probability] : {std::pair{"a", 0.2}, {"b", 0.9}, {"c", 0.2}, {"d", 0.5}})
    CHECK(queue.offer(job(key, probability), kStart) == Offered::queued);
  // Rare, but it saves much and takes no time.
  CHECK(queue.offer({.key = "e", .probability = 0.1, .benefit_ms = 500, .transfer_ms = 1}, kStart) == Offered::queued);
  std::string order;
  while (auto next = queue.next(kStart)) order += next->key;
  CHECK(order == "ebdac");
}

TEST_CASE("one key is fetched once at a time") {
  PrefetchQueue queue({});
  queue.offer(job("a", 0.5), kStart);
  CHECK(queue.offer(job("a", 0.4), kStart) == Offered::known);
  CHECK(queue.offer(job("a", 0.6), kStart) == Offered::raised);
  REQUIRE(queue.next(kStart)->probability == 0.6);
  CHECK(queue.offer(job("a", 0.9), kStart) == Offered::known);
  CHECK_FALSE(queue.next(kStart));
  queue.done("a");
  CHECK(queue.offer(job("a", 0.9), kStart) == Offered::queued);
}

TEST_CASE("a full queue keeps what is worth most") {
  PrefetchQueue queue({.waiting = 2});
  queue.offer(job("a", 0.5), kStart);
  queue.offer(job("b", 0.7), kStart);
  CHECK(queue.offer(job("c", 0.5), kStart) == Offered::no_room);
  CHECK(queue.offer(job("d", 0.6), kStart) == Offered::queued);
  CHECK(queue.next(kStart)->key == "b");
  CHECK(queue.next(kStart)->key == "d");
  CHECK(queue.state().dropped_for_room == 1);
}

TEST_CASE("late jobs are refused, dropped, and make room for others") {
  PrefetchQueue queue({.waiting = 1});
  auto soon = job("a", 0.9);
  soon.needed_by = kStart + 1s;
  CHECK(queue.offer(soon, kStart + 1s) == Offered::too_late);
  CHECK(queue.offer(soon, kStart) == Offered::queued);
  CHECK(queue.offer(job("b", 0.1), kStart + 1s) == Offered::queued);
  CHECK(queue.state().dropped_late == 1);
  CHECK(queue.next(kStart + 2s)->key == "b");
}

TEST_CASE("a job that somebody else needs later is not late before that") {
  PrefetchQueue queue({});
  auto one = job("a", 0.9), other = job("a", 0.1);
  one.needed_by = kStart + 1s;
  other.needed_by = kStart + 9s;
  queue.offer(one, kStart);
  CHECK(queue.offer(other, kStart) == Offered::known);
  CHECK(queue.next(kStart + 5s)->probability == 0.9);
}

TEST_CASE("what is in flight is limited in number and bytes, and the best waits for its turn") {
  PrefetchQueue queue({.in_flight = 2, .bytes_in_flight = 100});
  auto large = job("large", 0.9), small = job("small", 0.5), huge = job("huge", 1);
  large.bytes = 80;
  small.bytes = 30;
  huge.bytes = 101;
  CHECK(queue.offer(huge, kStart) == Offered::no_room);
  queue.offer(small, kStart);
  REQUIRE(queue.next(kStart)->key == "small");
  queue.offer(large, kStart);
  queue.offer(job("tiny", 0.1), kStart);
  CHECK_FALSE(queue.next(kStart));
  queue.done("small");
  queue.done("nobody");
  CHECK(queue.next(kStart)->key == "large");
  CHECK(queue.next(kStart)->key == "tiny");
  CHECK(queue.state().bytes_in_flight == 80);
  queue.offer(job("third", 0.1), kStart);
  CHECK_FALSE(queue.next(kStart));
}

TEST_CASE("what is no number is worth nothing") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK(job("a", kNan).worth() == 0);
  CHECK(job("a", -1).worth() == 0);
  CHECK(PrefetchJob{.key = "a", .probability = 1, .benefit_ms = 1, .transfer_ms = 0}.worth() == 1000);
  PrefetchQueue queue({});
  queue.offer(job("a", kNan), kStart);
  queue.offer(job("b", 0.1), kStart);
  CHECK(queue.next(kStart)->key == "b");
}

TEST_CASE("the queue does what the plainest one would, whatever comes") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    const PrefetchQueue::Limits limits{
        .waiting = 1 + random() % 20, .in_flight = 1 + random() % 5, .bytes_in_flight = 50};
    PrefetchQueue queue(limits);
    Naive naive(limits);
    auto now = kStart;
    for (int step = 0; step < 3000; ++step) {
      const std::string key(1, 'a' + static_cast<char>(random() % 26));
      now = now + std::chrono::milliseconds(random() % 10) - std::chrono::milliseconds(random() % 8);
      switch (random() % 8) {
        case 0: {
          const auto got = queue.next(now);
          REQUIRE((got ? got->key : "") == naive.next(now));
          break;
        }
        case 1:
        case 2:
          queue.done(key);
          naive.done(key);
          break;
        case 3:
          REQUIRE(queue.cancel(key) == naive.cancel(key));
          break;
        default: {
          PrefetchJob made = job(key, static_cast<double>(random() % 10) / 10);
          made.bytes = random() % 60;
          if (random() % 3) made.needed_by = now + std::chrono::milliseconds(static_cast<int>(random() % 100) - 10);
          REQUIRE(queue.offer(made, now) == naive.offer(made, now));
        }
      }
      REQUIRE(same(queue.state(), naive.state()));
    }
  }
}

TEST_CASE("who gave a job that makes room or comes too late is told") {
  std::vector<std::pair<std::string, Offered>> told;
  PrefetchQueue queue({.waiting = 2}, [&](const PrefetchJob& job, Offered why) { told.emplace_back(job.key, why); });
  queue.offer(job("least", 0.1), kStart);
  PrefetchJob soon = job("soon", 0.5);
  soon.needed_by = kStart + 10ms;
  queue.offer(soon, kStart);
  CHECK(queue.offer(job("best", 0.9), kStart) == Offered::queued);
  CHECK(told == std::vector{std::pair(std::string("least"), Offered::no_room)});

  queue.drop_late(kStart + 9ms);
  CHECK(told.size() == 1);
  queue.drop_late(kStart + 10ms);
  REQUIRE(told.size() == 2);
  CHECK(told.back() == std::pair(std::string("soon"), Offered::too_late));
  CHECK(queue.next(kStart + 10ms)->key == "best");

  // Who takes a job back needs not be told.
  queue.offer(job("taken back", 0.5), kStart + 10ms);
  queue.cancel("taken back");
  CHECK(told.size() == 2);
}
