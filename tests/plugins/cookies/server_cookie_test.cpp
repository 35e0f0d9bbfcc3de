#include "plugins/cookies/server_cookie.h"

#include <catch2/catch.hpp>

#include <numeric>
#include <string>
#include <vector>

#include "plugins/cookies/load_gauge.h"
#include "plugins/cookies/secrets.h"
#include "plugins/cookies/siphash.h"

using namespace harbinger;
using namespace harbinger::cookies;
using namespace std::chrono_literals;

namespace {

std::vector<std::uint8_t> octets(std::string_view hex) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

Secret secret(std::string_view hex) {
  Secret made{};
  std::ranges::copy(octets(hex), made.begin());
  return made;
}

// An example of RFC 9018: what a client at this address sent at this time, and what it got.
struct Example {
  const char* client;
  const char* secret;
  Timestamp time;
  const char* sent;
  const char* got;
};

const char* const kSecret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const Example kExamples[] = {
    {"198.51.100.100", kSecret, 0x5cf79f11, "2464c4abcf10c957", "2464c4abcf10c957010000005cf79f111f8130c3eee29480"},
    {"198.51.100.100", kSecret, 0x5cf7a871, "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
     "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"},
    {"203.0.113.203", kSecret, 0x5cf7a9ac, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
     "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"},
};

}  // namespace

TEST_CASE("SipHash-2-4 gives the value that its paper computes") {
  std::array<std::uint8_t, 16> key;
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  CHECK(siphash(key, std::span(key).first(15)) == 0xa129ca6149be45e5);
}

TEST_CASE("server cookies are those of RFC 9018, appendix A") {
  for (const auto& example : kExamples) {
    INFO(example.got);
    const auto client = IpAddress::parse(example.client).value();
    const Secret key = secret(example.secret);
    const auto sent = octets(example.sent);
    const auto cookie = Cookie::parse(sent).value();
    const auto made = make_cookie(cookie.client.first<8>(), client, key, example.time);
    CHECK(std::vector(made.begin(), made.end()) == octets(example.got));
    if (!cookie.server.empty()) {
      const auto head = cookie.server.subspan(4, 4);
      const auto sent_at = static_cast<Timestamp>(head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3]);
      CHECK(age_of(cookie, client, {&key, 1}, sent_at) == 0);
      CHECK(example.time - sent_at > kRenewAfter);
    }
  }
}

TEST_CASE("a cookie of the secret before is accepted, and the new one comes of the new secret (RFC 9018, A.4)") {
  const Secret secrets[] = {secret("445536bcd2513298075a5d379663c962"), secret("dd3bdf9344b678b185a6f5cb60fca715")};
  const auto client = IpAddress::parse("2001:db8:220:1:59de:d0f4:8769:82b8").value();
  const auto sent = octets("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
  const auto cookie = Cookie::parse(sent).value();
  CHECK(age_of(cookie, client, secrets, 0x5cf7c609) == 0x5cf7c609 - 0x5cf7c579);
  CHECK_FALSE(age_of(cookie, client, std::span(secrets).first(1), 0x5cf7c609));
  const auto made = make_cookie(cookie.client.first<8>(), client, secrets[0], 0x5cf7c609);
  CHECK(std::vector(made.begin(), made.end()) == octets("22681ab97d52c298010000005cf7c609a6bb79d16625507a"));
}

TEST_CASE("a cookie holds for an hour and from five minutes ahead, across the end of its clock") {
  const auto client = IpAddress::parse("192.0.2.1").value();
  const Secret key = secret(kSecret);
  for (const Timestamp made_at : {Timestamp{1700000000}, Timestamp{0xffffff00}}) {
    const auto made = make_cookie(std::array<std::uint8_t, 8>{1}, client, key, made_at);
    const auto cookie = Cookie::parse(made).value();
    const auto holds = [&](std::int32_t later) {
      return age_of(cookie, client, {&key, 1}, made_at + static_cast<Timestamp>(later)).has_value();
    };
    CHECK(holds(0));
    CHECK(holds(3600));
    CHECK_FALSE(holds(3601));
    CHECK(holds(-300));
    CHECK_FALSE(holds(-301));
  }
}

TEST_CASE("a cookie is worth nothing after any change, and to any other client") {
  const auto client = IpAddress::parse("192.0.2.1").value();
  const Secret key = secret(kSecret);
  const auto made = make_cookie(std::array<std::uint8_t, 8>{1}, client, key, 1700000000);
  const auto is_valid = [&](std::span<const std::uint8_t> octets, const IpAddress& from) {
    return age_of(Cookie::parse(octets).value(), from, {&key, 1}, 1700000000).has_value();
  };
  CHECK(is_valid(made, client));
  CHECK_FALSE(is_valid(made, IpAddress::parse("192.0.2.2").value()));
  CHECK_FALSE(is_valid(made, IpAddress::parse("::c000:201").value()));
  for (std::size_t bit = 0; bit < made.size() * 8; ++bit) {
    auto changed = made;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    CHECK_FALSE(is_valid(changed, client));
  }
  // Server cookies of other software may have other lengths.
  CHECK_FALSE(is_valid(std::span(made).first(16), client));
  CHECK_FALSE(is_valid(std::vector<std::uint8_t>(40, 1), client));
}

TEST_CASE("after a rotation the secret before is still accepted, the one before that is not") {
  Secrets secrets(system_random());
  const auto first = secrets.current().front();
  secrets.rotate();
  const auto second = secrets.current().front();
  CHECK(second != first);
  CHECK(secrets.current() == std::vector{second, first});
  secrets.rotate();
  CHECK(secrets.current().size() == 2);
  CHECK(secrets.current().back() == second);
}

TEST_CASE("all who take the process's secrets have the same, until the last one lets go") {
  const auto one = shared_secrets(system_random(), 24h);
  const auto value = one->current();
  CHECK(shared_secrets(system_random(), 2h)->current() == value);
}

TEST_CASE("load is too high from the first query above the limit to the end of the second behind it") {
  LoadGauge gauge(2);
  const auto at = [](Duration since) { return MonotonicTime{} + since; };
  CHECK_FALSE(gauge.add(at(10s)));
  CHECK_FALSE(gauge.add(at(10s)));
  CHECK(gauge.add(at(10500ms)));
  CHECK(gauge.add(at(11999ms)));
  CHECK_FALSE(gauge.add(at(12s)));
  CHECK_FALSE(gauge.add(at(12s)));
}
