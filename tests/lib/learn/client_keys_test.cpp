#include <harbinger/client_keys.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace harbinger;

namespace {

constexpr UnixMillis kDay = 24 * 60 * 60 * 1000;
constexpr UnixMillis kNoon = 20'000 * kDay + kDay / 2;

std::array<std::uint8_t, 32> secret(std::uint8_t first = 1) {
  std::array<std::uint8_t, 32> octets{};
  octets[0] = first;
  return octets;
}

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
IpPrefix prefix(std::string_view text) { return *IpPrefix::parse(text); }

}  // namespace

TEST_CASE("a client has one key all day and another one on the next") {
  const ClientKeys keys(secret());
  const auto client = ip("192.0.2.1");
  const auto today = keys.key_of(client, "", kNoon);
  CHECK(keys.key_of(client, "", kNoon - kDay / 2) == today);
  CHECK(keys.key_of(client, "", kNoon + kDay / 2 - 1) == today);
  CHECK(keys.key_of(client, "", kNoon + kDay / 2) != today);
  CHECK(keys.key_of(client, "", kNoon - kDay / 2 - 1) != today);
}

TEST_CASE("a client's key survives a restart with the same secret, and nothing else does") {
  const auto client = ip("2001:db8::1");
  CHECK(ClientKeys(secret(1)).key_of(client, "", kNoon) == ClientKeys(secret(1)).key_of(client, "", kNoon));
  CHECK(ClientKeys(secret(1)).key_of(client, "", kNoon) != ClientKeys(secret(2)).key_of(client, "", kNoon));
}

TEST_CASE("an IPv4 client is the same behind a mapped address") {
  const ClientKeys keys(secret());
  CHECK(keys.key_of(ip("192.0.2.1"), "", kNoon) == keys.key_of(ip("::ffff:192.0.2.1"), "", kNoon));
}

TEST_CASE("clients known by a prefix have the prefix's key") {
  const ClientKeys keys(secret());
  const auto net = keys.key_of(prefix("192.0.2.0/24"), "", kNoon);
  CHECK(net != keys.key_of(ip("192.0.2.0"), "", kNoon));
  CHECK(net != keys.key_of(prefix("192.0.2.0/25"), "", kNoon));
  CHECK(keys.key_of(prefix("192.0.2.7/32"), "", kNoon) == keys.key_of(ip("192.0.2.7"), "", kNoon));
}

TEST_CASE("devices behind one address are told apart, however long their ids are") {
  const ClientKeys keys(secret());
  const auto client = ip("192.0.2.1");
  const std::string longest(100'000, 'x');
  std::set<ClientKey> seen;
  for (const std::string& device :
       {std::string(), std::string(1, '\0'), std::string("a"), std::string("b"), longest, longest + "x"})
    seen.insert(keys.key_of(client, device, kNoon));
  CHECK(seen.size() == 6);
}

TEST_CASE("a clock that jumps anywhere gives the key of its day") {
  const ClientKeys keys(secret()), others(secret());
  const auto client = ip("192.0.2.1");
  std::set<ClientKey> seen;
  const std::vector<UnixMillis> times = {kNoon, -1, 0, kNoon + 4 * kDay, INT64_MIN, INT64_MAX, kNoon - 4 * kDay};
  for (const auto at : times) seen.insert(keys.key_of(client, "", at));
  CHECK(seen.size() == times.size());
  for (auto at = times.rbegin(); at != times.rend(); ++at) CHECK(seen.contains(others.key_of(client, "", *at)));
}

TEST_CASE("threads that disagree about the day get the right keys all the same") {
  const ClientKeys keys(secret()), alone(secret());
  const auto client = ip("192.0.2.1");
  // Four days apart share a slot, so these threads take it from each other.
  std::vector<ClientKey> right(4);
  for (int i = 0; i < 4; ++i) right[i] = alone.key_of(client, "", kNoon + 4 * i * kDay);
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int turn = 0; turn < 50'000; ++turn) {
        const int day = (i + turn) % 4;
        if (keys.key_of(client, "", kNoon + 4 * day * kDay) != right[day]) ++wrong[i];
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::array<int, 4>{});
}
