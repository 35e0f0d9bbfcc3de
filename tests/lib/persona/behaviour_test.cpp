#include <harbinger/behaviour.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

using namespace harbinger;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;

BehaviourEvent usual() { return {.client = 7, .at = kNow, .resource = "www.example.org"}; }

}  // namespace

TEST_CASE("an usual event is taken") { CHECK(fault_of(usual(), kNow) == EventFault::none); }

TEST_CASE("what cannot be used of an event is named") {
  auto event = usual();
  SECTION("nobody's") {
    event.client = 0;
    CHECK(fault_of(event, kNow) == EventFault::no_client);
  }
  SECTION("absurd times") {
    for (const auto at : {UnixMillis{0}, kNow + 3'600'000, std::numeric_limits<UnixMillis>::min(),
                          std::numeric_limits<UnixMillis>::max()}) {
      event.at = at;
      CHECK(fault_of(event, kNow) == EventFault::bad_time);
    }
  }
  SECTION("gigantic, empty and unprintable texts") {
    const std::string gigantic(1 << 20, 'a');
    for (const std::string_view text : {std::string_view(gigantic), std::string_view(), std::string_view("a\nb")}) {
      event.resource = text;
      CHECK(fault_of(event, kNow) == EventFault::bad_text);
    }
  }
  SECTION("numbers that are none") {
    for (const float number : {std::nanf(""), std::numeric_limits<float>::infinity(), -1.0f}) {
      event.dwell_s = number;
      CHECK(fault_of(event, kNow) == EventFault::bad_number);
      event.dwell_s = 0;
      event.extent = number;
      CHECK(fault_of(event, kNow) == EventFault::bad_number);
    }
  }
  SECTION("kinds that nobody knows") {
    event.action = static_cast<Action>(99);
    CHECK(fault_of(event, kNow) == EventFault::bad_kind);
  }
}

TEST_CASE("kinds have words") {
  CHECK(to_string(Action::api_call) == "api_call");
  CHECK(to_string(DeviceClass::server) == "server");
  CHECK(to_string(EventFault::bad_kind) == "bad_kind");
  CHECK(to_string(static_cast<Action>(99)) == "?");
}
