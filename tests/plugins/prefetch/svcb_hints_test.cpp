#include <catch2/catch.hpp>

#include <harbinger/message.h>

#include "plugins/prefetch/svcb_hints.h"

using namespace harbinger;
using namespace harbinger::prefetch;

namespace {

const std::vector<std::uint8_t> kHints{1, 2, 3};

Reply reply_with(const std::vector<std::string>& records) {
  Reply reply = Reply::with(Rcode::NOERROR);
  for (const auto& each : records) reply.add_answer(record_from_text(each).value());
  return reply;
}

}  // namespace

TEST_CASE("hints become the parameter of their key, in its place among the others") {
  auto reply = reply_with({"a.example. 60 HTTPS 1 . alpn=h2 key65400=x"});
  CHECK(add_hints(reply, RRType::HTTPS, kHints));
  const auto text = reply.answers()[0].to_string();
  const auto ours = text.find("key65314="), after = text.find("key65400=");
  REQUIRE(ours != std::string::npos);
  CHECK(text.find("alpn=") < ours);
  CHECK(ours < after);
  CHECK(record_from_text(text).value() == reply.answers()[0]);
}

TEST_CASE("aliases, records that have hints, other types and signed answers are left alone") {
  for (const auto& records : std::vector<std::vector<std::string>>{
           {"a.example. 60 HTTPS 0 b.example."},
           {"a.example. 60 HTTPS 1 . key65314=x"},
           {"a.example. 60 A 192.0.2.1"},
           {"a.example. 60 HTTPS 1 .",
            "a.example. 60 RRSIG HTTPS 13 2 60 20300101000000 20200101000000 1 example. AAAA"}}) {
    auto reply = reply_with(records);
    const auto before = reply.answers();
    CHECK_FALSE(add_hints(reply, RRType::HTTPS, kHints));
    CHECK(reply.answers() == before);
  }
}
