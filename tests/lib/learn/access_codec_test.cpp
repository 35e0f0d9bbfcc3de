#include "learn/access_codec.h"

#include <catch2/catch.hpp>
#include <random>

using namespace harbinger;
using namespace harbinger::learn;

namespace {

struct Owned {
  Access access;
  std::string resource;
  friend bool operator==(const Owned& a, const Owned& b) {
    return a.resource == b.resource && a.access.at == b.access.at && a.access.client == b.access.client &&
           a.access.persona == b.access.persona && a.access.outcome == b.access.outcome &&
           a.access.type == b.access.type && a.access.ttl_s == b.access.ttl_s &&
           a.access.size_bytes == b.access.size_bytes && a.access.latency_us == b.access.latency_us;
  }
};

std::vector<Owned> decode_all(AccessDecoder& decoder, std::span<const std::uint8_t> data) {
  std::vector<Owned> found;
  REQUIRE(decoder.decode(data, [&](const Access& access) { found.push_back({access, std::string(access.resource)}); }));
  return found;
}

// Small numbers mostly, extremes now and then.
template <class Number>
Number any(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0:
      return 0;
    case 1:
      return static_cast<Number>(random() % 300);
    case 2:
      return random() % 2 ? std::numeric_limits<Number>::max() : std::numeric_limits<Number>::min();
    default:
      return static_cast<Number>(random());
  }
}

Owned any_access(std::mt19937_64& random) {
  Owned made;
  made.resource = std::string(random() % 20, 'a' + static_cast<char>(random() % 26)) + std::to_string(random() % 3000);
  made.access.at = any<std::int64_t>(random);
  made.access.client = random() % 2 ? random() % 100 : random();
  made.access.persona = any<std::uint8_t>(random);
  made.access.outcome = static_cast<Outcome>(random() % 5);
  made.access.type = any<std::uint16_t>(random);
  made.access.ttl_s = any<std::uint32_t>(random);
  made.access.size_bytes = any<std::uint32_t>(random);
  made.access.latency_us = any<std::uint32_t>(random);
  return made;
}

}  // namespace

TEST_CASE("accesses of any kind come back as they were, over many frames") {
  std::mt19937_64 random(7);
  AccessEncoder encoder;
  AccessDecoder decoder;
  for (int frame = 0; frame < 20; ++frame) {
    std::vector<std::uint8_t> data;
    std::vector<Owned> put;
    for (int i = 0; i < 1000; ++i) {
      put.push_back(any_access(random));
      Access access = put.back().access;
      access.resource = put.back().resource;
      encoder.encode(access, data);
    }
    CHECK(decode_all(decoder, data) == put);
  }
}

TEST_CASE("a usual access after the first takes few octets") {
  AccessEncoder encoder;
  std::vector<std::uint8_t> data;
  Access access{.at = 1'700'000'000'000, .client = 1, .resource = "www.example.org", .type = 1};
  encoder.encode(access, data);
  const auto first = data.size();
  access.at += 40;
  encoder.encode(access, data);
  CHECK(data.size() - first == 4);
}

TEST_CASE("after a reset, what an encoder writes can be read alone") {
  AccessEncoder encoder;
  std::vector<std::uint8_t> before, after;
  encoder.encode({.at = 5, .client = 1, .resource = "a"}, before);
  encoder.reset();
  encoder.encode({.at = 6, .client = 1, .resource = "a"}, after);
  AccessDecoder decoder;
  const auto found = decode_all(decoder, after);
  REQUIRE(found.size() == 1);
  CHECK(found[0].resource == "a");
  CHECK(found[0].access.at == 6);
}

TEST_CASE("a reference to what was never said is an error") {
  AccessEncoder encoder;
  std::vector<std::uint8_t> first, second;
  encoder.encode({.client = 1, .resource = "a"}, first);
  encoder.encode({.client = 1, .resource = "a"}, second);
  const auto nothing = [](const Access&) {};
  CHECK_FALSE(AccessDecoder().decode(second, nothing));
}

TEST_CASE("every cut through an access is an error, and what came before it is handed on") {
  AccessEncoder encoder;
  std::vector<std::uint8_t> data;
  encoder.encode({.at = 1, .client = 1, .resource = "a"}, data);
  const auto first = data.size();
  encoder.encode({.at = 2, .client = 2, .resource = "some.name", .persona = 3, .type = 28, .ttl_s = 60}, data);
  for (auto size = first + 1; size < data.size(); ++size) {
    int seen = 0;
    CHECK_FALSE(AccessDecoder().decode(std::span(data).first(size), [&](const Access&) { ++seen; }));
    CHECK(seen == 1);
  }
}
