// Figures, not run by themselves: tests/test_persona "[figures]"
#include <sys/resource.h>

#include <catch2/catch.hpp>

#include <sstream>

#include <tests/lib/persona/shares.h>

using namespace harbinger;
using namespace harbinger::test;

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double info(const RedisServer& redis, const std::string& word) {
  std::istringstream lines(redis.ask({"INFO", "everything"}));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(word + ':')) return std::stod(line.substr(word.size() + 1));
  return 0;
}

double cpu_of(const RedisServer& redis) { return info(redis, "used_cpu_user") + info(redis, "used_cpu_sys"); }

}  // namespace

TEST_CASE("publications a second of one core's time", "[.figures]") {
  if (!redis_installed()) return;
  constexpr int kPublications = 300'000;
  const RedisServer redis;
  auto share = std::move(
      persona::make_redis_share({.url = redis.url(), .queue = kPublications}, system_clock(), Logger()).value());
  REQUIRE(wait_until([&] { return share->state().connected; }));

  const double memory = info(redis, "used_memory"), ours = own_cpu(), theirs = cpu_of(redis);
  for (int client = 1; client <= kPublications; ++client)
    share->publish(assignment_of(static_cast<ClientKey>(client), 1));
  REQUIRE(wait_until([&] { return share->state().waiting == 0; }, std::chrono::seconds(60)));
  CHECK(share->state().written == kPublications);
  CHECK(share->state().lost == 0);
  WARN("publications a second of CPU time: "
       << static_cast<int>(kPublications / (own_cpu() - ours)) << " here, "
       << static_cast<int>(kPublications / (cpu_of(redis) - theirs))
       << " in Redis; octets of its memory for an assignment: "
       << static_cast<int>((info(redis, "used_memory") - memory) / kPublications));
}
