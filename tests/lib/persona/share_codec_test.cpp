#include "persona/share_codec.h"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

using namespace harbinger;
using namespace harbinger::persona;

namespace {

std::span<const std::uint8_t> as_octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string random_text(std::mt19937& random, std::size_t most) {
  std::string text(std::uniform_int_distribution<std::size_t>(0, most)(random), '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

}  // namespace

TEST_CASE("a value comes out as it went in") {
  const std::string body = "the body";
  const std::string sealed =
      seal_value(ValueKind::table, {.stamp = 0x0102030405060708, .publisher = 42, .body = as_octets(body)});
  // The layout is read by scripts in Redis, and by other versions.
  CHECK(sealed.substr(0, 10) == std::string("t\x01\x01\x02\x03\x04\x05\x06\x07\x08", 10));
  CHECK(sealed.size() == kValueHeader + body.size());
  const auto opened = open_value(ValueKind::table, sealed);
  REQUIRE(opened);
  CHECK(opened->stamp == 0x0102030405060708);
  CHECK(opened->publisher == 42);
  CHECK(std::string(opened->body.begin(), opened->body.end()) == body);
  CHECK_FALSE(open_value(ValueKind::profile, sealed));
}

TEST_CASE("an assignment comes out as it went in") {
  PersonaAssignment assignment{
      .client = 0xfedcba9876543210, .persona = 200, .token = {1, 2, 3}, .expires = 1'700'000'000'123};
  assignment.confidence = 0.625F;
  const std::string body = encode_assignment(assignment);
  const auto decoded = decode_assignment(as_octets(body));
  REQUIRE(decoded);
  CHECK(decoded->client == assignment.client);
  CHECK(decoded->persona == 200);
  CHECK(decoded->token == assignment.token);
  CHECK(decoded->expires == assignment.expires);
  CHECK(decoded->confidence == 0.625F);
}

TEST_CASE("an assignment to nobody, or as sure as no number is, is none") {
  for (const float confidence : {-0.1F, 1.1F, std::numeric_limits<float>::quiet_NaN()}) {
    PersonaAssignment assignment{.client = 1};
    assignment.confidence = confidence;
    CHECK_FALSE(decode_assignment(as_octets(encode_assignment(assignment))));
  }
  CHECK_FALSE(decode_assignment(as_octets(encode_assignment(PersonaAssignment{}))));
}

TEST_CASE("a value with any bit flipped, cut off or longer is none") {
  const std::string body = encode_assignment({.client = 7, .persona = 1});
  const std::string sealed = seal_value(ValueKind::assignment, {.stamp = 5, .publisher = 6, .body = as_octets(body)});
  REQUIRE(open_value(ValueKind::assignment, sealed));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CHECK_FALSE(open_value(ValueKind::assignment, damaged));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    CHECK_FALSE(open_value(ValueKind::assignment, sealed.substr(0, size)));
  CHECK_FALSE(open_value(ValueKind::assignment, sealed + '\0'));
}

TEST_CASE("random octets are never taken for a value, and crash nothing") {
  std::mt19937 random(20240601);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random_text(random, 120);
    if (i % 2 && text.size() >= 2) text.replace(0, 2, "a\x01");  // past the first check
    CHECK_FALSE(open_value(ValueKind::assignment, text));
    const auto assignment = decode_assignment(as_octets(text));
    if (assignment) {
      CHECK(assignment->client != 0);
      CHECK((assignment->confidence >= 0 && assignment->confidence <= 1));
    }
    const auto news = decode_table_news(text);
    if (news) CHECK(is_table_name(news->name));
  }
}

TEST_CASE("news of a table name who published it") {
  const std::string text = encode_table_news({.publisher = 77, .name = "catalogue"});
  const auto news = decode_table_news(text);
  REQUIRE(news);
  CHECK(news->publisher == 77);
  CHECK(news->name == "catalogue");
  CHECK_FALSE(decode_table_news("1234567"));
  CHECK_FALSE(decode_table_news("12345678"));
  CHECK_FALSE(decode_table_news("12345678a name"));
  CHECK_FALSE(decode_table_news("12345678" + std::string(65, 'a')));
}
