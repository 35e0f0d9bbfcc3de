#include "tests/lib/edge/example_caches.h"
#include "tests/support/test_server.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("the example's DNS server starts, and sends clients to one of its edges") {
  TestServer server(edge_example("Harbingerfile", {{":53 {", ":0 {"}, {"127.0.0.1:8054", "127.0.0.1:0"}}));
  const auto answer = ask(server.address(), "www.example.org", RRType::A);
  REQUIRE(answer);
  REQUIRE_FALSE(answer->message.answers.empty());
  const auto record = answer->message.answers.front().to_string();
  INFO(record);
  CHECK((record.contains(" 192.0.2.1") || record.contains(" 198.51.100.1")));
}
