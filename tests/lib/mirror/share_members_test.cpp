#include "mirror/share_members.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::mirror;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLease = 10s;
constexpr MonotonicTime kStart{1'000'000'000'000};

MonotonicTime at(Duration since_start) { return kStart + since_start; }

// A view that took `took` to come, from a store whose clock runs as ours does.
MemberView view(Duration asked, bool continued, std::vector<std::string> members = {"one", "two"}, Duration took = 0s) {
  return {.sent = at(asked),
          .received = at(asked + took),
          .store_ms = std::chrono::duration_cast<std::chrono::milliseconds>(asked + took / 2).count() + 5'000'000,
          .epoch = "e",
          .change = 1,
          .continued = continued,
          .members = std::move(members)};
}

// How many of a hundred resources a member owns at a time.
int owned(const ShareMembers& members, Duration when, Duration margin = 0s) {
  int count = 0;
  for (std::uint64_t resource = 0; resource < 100; ++resource)
    count += members.owns(resource * 0x9e3779b97f4a7c15u, "eu", at(when), margin);
  return count;
}

// A member that has been there for longer than a lease.
ShareMembers settled(std::string self = "one", std::vector<std::string> members = {"one", "two"}) {
  ShareMembers settled(std::move(self), kLease);
  for (int beat = 0; beat <= 4; ++beat) settled.heard(view(beat * 3s, beat > 0, members));
  return settled;
}

}  // namespace

TEST_CASE("a server that comes owns nothing for a whole lease, and then its part") {
  ShareMembers one("one", kLease);
  CHECK(owned(one, 0s) == 0);
  one.heard(view(0s, false));
  CHECK(owned(one, 1s) == 0);
  one.heard(view(3s, true));
  one.heard(view(6s, true));
  one.heard(view(9s, true));
  CHECK(owned(one, 9900ms) == 0);
  CHECK(owned(one, 10s) > 30);
  CHECK(owned(one, 10s) < 70);
}

TEST_CASE("two servers share all that there is, and a cluster's resources are not all of one") {
  const auto one = settled("one"), two = settled("two");
  CHECK(owned(one, 13s) + owned(two, 13s) == 100);
  int differing = 0;
  for (std::uint64_t resource = 0; resource < 100; ++resource)
    differing += one.owns(resource, "eu", at(13s), 0s) != one.owns(resource, "us", at(13s), 0s);
  CHECK(differing > 20);
}

TEST_CASE("a view counts for nine tenths of a lease from when it was asked for, however late the answer") {
  auto one = settled();
  CHECK(owned(one, 20s) > 0);  // asked at 12 s
  CHECK(owned(one, 20s, 900ms) > 0);
  CHECK(owned(one, 20s, 1s) == 0);
  CHECK(owned(one, 21s) == 0);
  one.heard(view(15s, true, {"one", "two"}, 8s));
  CHECK(owned(one, 23s) > 0);
  CHECK(owned(one, 24s) == 0);
}

TEST_CASE("a server that was stopped past its lease knows that it owns nothing, before it hears of anybody") {
  auto one = settled();
  CHECK(owned(one, 1h) == 0);
  one.heard(view(1h, false));
  CHECK(owned(one, 1h + 9s) == 0);
}

TEST_CASE("when a server comes, another one gives up its part at once, and keeps its own") {
  auto one = settled("one", {"one"});
  CHECK(owned(one, 13s) == 100);
  one.heard(view(15s, true, {"one", "two"}));
  const int left = owned(one, 16s);
  CHECK(left > 30);
  CHECK(left < 70);
}

TEST_CASE("who lost the way to the store, or its own place there, comes anew") {
  auto one = settled();
  one.lost();
  CHECK(owned(one, 14s) > 0);  // the last view holds yet
  one.heard(view(15s, true));
  CHECK(owned(one, 16s) == 0);

  auto two = settled("two");
  two.heard(view(15s, false));
  CHECK(owned(two, 16s) == 0);
}

TEST_CASE("a store that forgot everything makes all begin anew") {
  auto one = settled();
  auto fresh = view(15s, true, {"one"});
  fresh.epoch = "f";
  one.heard(fresh);
  CHECK(owned(one, 16s) == 0);
}

TEST_CASE("a store's clock that jumps ahead is noticed, one that jumps back does no harm") {
  auto one = settled();
  auto ahead = view(15s, true, {"one"});
  ahead.store_ms += 5000;
  one.heard(ahead);
  CHECK(owned(one, 16s) == 0);

  auto two = settled("two");
  auto back = view(15s, true);
  back.store_ms -= 3'600'000;
  two.heard(back);
  CHECK(owned(two, 16s) > 0);
}

TEST_CASE("a server that started again takes its old place, and never beside its earlier self") {
  const auto before = settled("one/17", {"one/17", "two/5"}), after = settled("one/4", {"one/4", "two/5"});
  CHECK(owned(before, 13s) == owned(after, 13s));
  const auto both_a = settled("one/17", {"one/17", "one/4", "two/5"}),
             both_b = settled("one/4", {"one/17", "one/4", "two/5"});
  CHECK((owned(both_a, 13s) == 0 || owned(both_b, 13s) == 0));
}

TEST_CASE("a server that leaves owns nothing from that moment on") {
  auto one = settled();
  one.leave();
  CHECK(owned(one, 13s) == 0);
}
