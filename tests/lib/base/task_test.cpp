#include <catch2/catch.hpp>

#include <harbinger/task.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace harbinger;

namespace {

Task<int> add(int a, int b) { co_return a + b; }

Task<int> add_deeply(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await add_deeply(depth - 1);
  co_return below + 1;
}

Task<int> failing() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<void> failing_quietly() {
  throw std::runtime_error("broken");
  co_return;
}

// Runs what does not wait to its end.
template <class T>
T run(Task<T> task) {
  std::optional<T> result;
  std::exception_ptr error;
  start([](Task<T> inner, std::optional<T>& out, std::exception_ptr& thrown) -> Task<void> {
    try {
      T value = co_await inner;
      out.emplace(std::move(value));
    } catch (...) {
      thrown = std::current_exception();
    }
  }(std::move(task), result, error));
  if (error) std::rethrow_exception(error);
  REQUIRE(result);
  return std::move(*result);
}

struct Traced {
  explicit Traced(int& count) : alive(&count) { ++*alive; }
  Traced(const Traced& other) : alive(other.alive) { ++*alive; }
  ~Traced() { --*alive; }
  int* alive;
};

Task<int> holding(Traced) { co_return 1; }

}  // namespace

TEST_CASE("a task does nothing before it is awaited") {
  bool begun = false;
  auto begin = [](bool& flag) -> Task<int> {
    flag = true;
    co_return 3;
  };
  auto task = begin(begun);
  CHECK_FALSE(begun);
  CHECK(run(std::move(task)) == 3);
  CHECK(begun);
}

TEST_CASE("a task that is never awaited frees what it holds") {
  int alive = 0;
  {
    const Traced traced(alive);
    const auto task = holding(traced);
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("a task gives its result to whoever awaits it") {
  CHECK(run(add(2, 3)) == 5);
  CHECK(run(ready(std::string("now"))) == "now");
}

TEST_CASE("a deep chain of tasks unwinds in order") { CHECK(run(add_deeply(1000)) == 1000); }

TEST_CASE("an exception travels to whoever awaits") {
  CHECK_THROWS_WITH(run(failing()), "broken");
  auto outer = []() -> Task<int> {
    co_await failing_quietly();
    co_return 1;
  };
  CHECK_THROWS_WITH(run(outer()), "broken");
}

TEST_CASE("a suspended task goes on where it was resumed") {
  std::function<void()> resume;
  std::vector<std::string> story;
  auto begin = [](std::function<void()>& keep, std::vector<std::string>& lines) -> Task<void> {
    lines.push_back("before");
    co_await Suspend([&keep](std::function<void()> wake) { keep = std::move(wake); });
    lines.push_back("after");
  };
  start(begin(resume, story));
  CHECK(story == std::vector<std::string>{"before"});
  story.push_back("meanwhile");
  resume();
  CHECK(story == std::vector<std::string>{"before", "meanwhile", "after"});
}

TEST_CASE("a task may be resumed at once") {
  bool done = false;
  auto begin = [](bool& flag) -> Task<void> {
    for (int i = 0; i < 3; ++i) co_await Suspend([](const std::function<void()>& wake) { wake(); });
    flag = true;
  };
  start(begin(done));
  CHECK(done);
}

TEST_CASE("a started task frees itself at its end") {
  int alive = 0;
  std::function<void()> resume;
  auto begin = [](Traced, std::function<void()>& keep) -> Task<void> {
    co_await Suspend([&keep](std::function<void()> wake) { keep = std::move(wake); });
  };
  start(begin(Traced(alive), resume));
  CHECK(alive == 1);
  resume();
  CHECK(alive == 0);
}
