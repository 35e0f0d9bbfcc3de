#include <harbinger/worker_rings.h>

#include <thread>
#include <vector>

using namespace harbinger;

TEST_CASE("events of all workers and of other threads arrive, or are counted as lost") {
  constexpr int kEach = 10000;
  WorkerRings<int> rings(64);
  std::atomic<int> running = 4;
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < 4; ++worker)
    threads.emplace_back([&, worker] {
      const auto push_all = [&] {
        for (int i = 0; i < kEach; ++i) rings.push_with([&](int& slot) { slot = i; });
      };
      if (worker < 2) {
        push_all();
      } else {
        const WorkerIdentity identity(worker);
        push_all();
      }
      --running;
    });
  std::size_t arrived = 0;
  while (running > 0) arrived += rings.drain([](int) {});
  for (auto& thread : threads) thread.join();
  arrived += rings.drain([](int) {});
  CHECK(arrived + rings.dropped() == 4 * kEach);
}
