// Servers as processes of their own, one of which is stopped in the middle of things.
#include <csignal>

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <tests/lib/mirror/mirror_shares.h>
#include <tests/support/process.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr int kResources = 8;
constexpr std::int64_t kLeaseMs = 600;

// What a member said: that it owns a resource (looked at between `since` and `at`), is about to publish, did, or could not.
struct Said {
  std::string word, resource;
  std::uint64_t version = 0;
  std::int64_t since = 0, at = 0;
};

std::vector<Said> all_of(const Process& member) {
  std::vector<Said> all;
  std::istringstream lines(member.output());
  for (Said said; lines >> said.word >> said.resource >> said.version >> said.since >> said.at;) all.push_back(said);
  return all;
}

std::vector<Said> some_of(const Process& member, const std::string& word) {
  auto all = all_of(member);
  std::erase_if(all, [&](const auto& said) { return said.word != word; });
  return all;
}

std::unique_ptr<Process> member(const RedisServer& redis, const std::string& name) {
  return std::make_unique<Process>(std::vector<std::string>{HARBINGER_SHARE_MEMBER, redis.url(), name,
                                                            std::to_string(kLeaseMs), std::to_string(kResources)});
}

// How many resources it published since a moment.
std::size_t resources_kept(const Process& process, std::int64_t since) {
  std::vector<std::string> resources;
  for (const auto& said : some_of(process, "kept"))
    if (said.since > since) resources.push_back(said.resource);
  std::ranges::sort(resources);
  const auto [first, last] = std::ranges::unique(resources);
  return static_cast<std::size_t>(first - resources.begin());
}

std::int64_t now() { return mirror::boot_clock().now().ns; }

// Of publications that were written one after the other, the later has the higher version, whoever wrote it.
int out_of_order(const std::vector<const Process*>& members) {
  std::map<std::string, std::vector<Said>> kept;
  for (const auto* each : members)
    for (const auto& said : some_of(*each, "kept")) kept[said.resource].push_back(said);
  int wrong = 0;
  for (auto& [resource, all] : kept) {
    std::ranges::sort(all, {}, &Said::version);
    for (std::size_t i = 1; i < all.size(); ++i)
      wrong += all[i].at < all[i - 1].since || all[i].version == all[i - 1].version;
  }
  return wrong;
}

// Who owned at two moments less than a lease apart owned all the time between: nobody lost and got back in that time.
int both_owned(const Process& one, const Process& other) {
  std::map<std::string, std::vector<Said>> owned;
  for (const auto& said : some_of(one, "owns")) owned[said.resource].push_back(said);
  int both = 0;
  for (const auto& said : some_of(other, "owns")) {
    const auto& looks = owned[said.resource];
    const auto later = std::ranges::find_if(looks, [&](const auto& look) { return look.since > said.at; });
    if (later == looks.begin() || later == looks.end()) continue;
    const auto& earlier = *std::prev(later);
    both += earlier.at < said.since && later->at - earlier.since < kLeaseMs * 900'000;
  }
  return both;
}

// By the other one, which published it, or by the reader, which publishes nothing.
bool taken_over(const Process& other, const Sharing& reader, const Said& held) {
  if (reader->owns(resource_hash(held.resource), "eu", 0ns)) return true;
  const auto kept = some_of(other, "kept");
  return std::ranges::any_of(
      kept, [&](const auto& said) { return said.resource == held.resource && said.version > held.version; });
}

// A third one that only listens: the versions it hears never go down.
int steps_back(const Sharing& reader) {
  std::map<std::string, std::uint64_t> last;
  int back = 0;
  for (const auto& what : reader.heard()) {
    if (what.servers.empty()) continue;
    back += what.version <= last[what.resource];
    last[what.resource] = what.version;
  }
  return back;
}

}  // namespace

TEST_CASE(
    "a server that is stopped when it is about to publish, and goes on when another one has taken over, publishes "
    "nothing of it") {
  if (!redis_installed()) return;
  const RedisServer redis;
  const auto one = member(redis, "one"), other = member(redis, "other");
  const Sharing reader(redis.url(), "reader");
  REQUIRE(wait_until([&] { return resources_kept(*one, 0) > 0 && resources_kept(*other, 0) > 0; }));

  int held_back = 0;
  for (int round = 0; round < 4; ++round) {
    const auto abouts = some_of(*one, "about").size();
    REQUIRE(wait_until([&] { return some_of(*one, "about").size() > abouts; }));
    one->freeze();
    const auto held = all_of(*one).back();
    const auto frozen = now();
    REQUIRE(wait_until([&] { return taken_over(*other, reader, held); }));
    // In the middle of its lease, and long after.
    REQUIRE(wait_until([&] { return now() > frozen + round * kLeaseMs * 1'000'000; }));
    one->signal(SIGCONT);
    REQUIRE(wait_until([&] { return resources_kept(*one, frozen) > 0; }));
    if (held.word == "about") {
      ++held_back;
      const auto refused = some_of(*one, "refused");
      CHECK(std::ranges::any_of(
          refused, [&](const auto& said) { return said.resource == held.resource && said.version == held.version; }));
    }
  }
  CHECK(held_back > 0);
  one->freeze();
  other->freeze();
  CHECK(both_owned(*one, *other) == 0);
  CHECK(both_owned(*other, *one) == 0);
  CHECK(out_of_order({one.get(), other.get()}) == 0);
  CHECK(steps_back(reader) == 0);
  CHECK(reader.heard().size() > 50);
}

TEST_CASE("a server that is killed is followed by the others, and starts again beside them") {
  if (!redis_installed()) return;
  const RedisServer redis;
  auto one = member(redis, "one");
  const auto other = member(redis, "other");
  REQUIRE(wait_until([&] { return resources_kept(*one, 0) > 0 && resources_kept(*other, 0) > 0; }));
  const auto before = some_of(*one, "kept").back();
  one->kill();
  REQUIRE(wait_until([&] { return resources_kept(*other, now() - 1'000'000'000) == kResources; }));
  const auto taken = some_of(*other, "kept");
  CHECK(std::ranges::any_of(
      taken, [&](const auto& said) { return said.resource == before.resource && said.version > before.version; }));
  const auto killed = std::move(one);
  one = member(redis, "one");
  CHECK(wait_until([&] { return resources_kept(*one, 0) > 0; }));
  other->freeze();
  one->freeze();
  CHECK(both_owned(*one, *other) == 0);
  CHECK(both_owned(*killed, *other) == 0);
  CHECK(out_of_order({killed.get(), one.get(), other.get()}) == 0);
}
