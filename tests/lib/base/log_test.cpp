#include <catch2/catch.hpp>

#include <harbinger/log.h>

#include "base/log_limit.h"

#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

class Lines final : public LogSink {
 public:
  void write(LogLevel level, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines.emplace_back(line);
    levels.push_back(level);
  }
  std::vector<std::string> lines;
  std::vector<LogLevel> levels;

 private:
  std::mutex mutex_;
};

}  // namespace

TEST_CASE("a log line begins with its prefix") {
  Lines sink;
  const Logger logger(sink, "plugin/file");
  logger.warning("reload", "zone example.org is older than before");
  logger.named("").info("plain", "no prefix");
  CHECK(sink.lines == std::vector<std::string>{"plugin/file: zone example.org is older than before", "no prefix"});
  CHECK(sink.levels == std::vector{LogLevel::warning, LogLevel::info});
}

TEST_CASE("a default-made logger writes into nothing") {
  const Logger logger;
  logger.error("cause", "text");
  logger.named("other").error("cause", "text");
}

TEST_CASE("a logger holds back what is beyond ten lines of one cause") {
  Lines sink;
  const Logger logger(sink, "");
  for (int i = 0; i < 5; ++i) {
    logger.error("flood", "again");
    logger.named("other").error("flood", "again");
  }
  for (int i = 0; i < 1000; ++i) logger.error("flood", "again");
  CHECK(sink.lines.size() >= 10);
  CHECK(sink.lines.size() < 1000);
  const auto before = sink.lines.size();
  logger.error("another", "still heard");
  CHECK(sink.lines.size() == before + 1);
}

TEST_CASE("no span of a second sees an eleventh line of a cause") {
  LogLimit limit;
  MonotonicTime now{5'000'000'000};
  for (int i = 0; i < 10; ++i) CHECK(limit.pass("cause", now + i * 100ms) == 0u);
  CHECK(limit.pass("cause", now + 950ms) == std::nullopt);
  CHECK(limit.pass("cause", now + 999ms) == std::nullopt);
  CHECK(limit.pass("other", now + 999ms) == 0u);
}

TEST_CASE("the next line of a cause says how many were held back") {
  LogLimit limit;
  const MonotonicTime now{5'000'000'000};
  for (int i = 0; i < 10; ++i) limit.pass("cause", now);
  for (int i = 0; i < 7; ++i) CHECK(limit.pass("cause", now + 10ms) == std::nullopt);
  CHECK(limit.pass("cause", now + 1s) == 7u);
  CHECK(limit.pass("cause", now + 1s) == 0u);
}

TEST_CASE("causes made from input share one allowance in the end") {
  LogLimit limit;
  const MonotonicTime now{5'000'000'000};
  for (std::size_t i = 0; i < LogLimit::kCauses; ++i) limit.pass("cause " + std::to_string(i), now);
  int passed = 0;
  for (int i = 0; i < 100; ++i) passed += limit.pass("late " + std::to_string(i), now).has_value();
  CHECK(passed == static_cast<int>(LogLimit::kLines));
  CHECK(limit.pass("cause 3", now) == 0u);
}

TEST_CASE("several threads may log at the same time") {
  Lines sink;
  const Logger logger(sink, "x");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&logger, t] {
        for (int i = 0; i < 10; ++i) logger.info("thread " + std::to_string(t), "line");
      });
  }
  CHECK(sink.lines.size() == 40);
}

TEST_CASE("a hostile name cannot forge a log line") {
  CHECK(escape_for_log("example.org.") == "example.org.");
  CHECK(escape_for_log("a\nb\r\t") == "a\\010b\\013\\009");
  CHECK(escape_for_log("say \"no\" 'now' \\ ") == "say \\034no\\034 \\039now\\039 \\092 ");
  CHECK(escape_for_log(std::string_view("\0\x1b[31m\x7f\xff", 8)) == "\\000\\027[31m\\127\\255");
  CHECK(escape_for_log("") == "");
}

TEST_CASE("client profile tags do not get into a log, whoever writes the line") {
  CHECK(escape_for_log("cpt-5k2mx8q0v7n3r9tbwd4hyzje.example.org.") == "cpt-*.example.org.");
  CHECK(escape_for_log("\"/p?cpt=5k2mx8q0v7n3r9tbwd4hyzje\"") == "\\034/p?cpt=*\\034");
  Lines sink;
  Logger(sink, "x").info("cause", "no answer for www.CPT-5K2MX8Q0V7N3R9TBWD4HYZJE.example.org.");
  REQUIRE(sink.lines.size() == 1);
  CHECK(sink.lines[0] == "x: no answer for www.cpt-*.example.org.");
}
