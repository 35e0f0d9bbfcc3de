#include <harbinger/server.h>

#include "plugins/all.h"
#include "tests/lib/edge/example_caches.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("the example's DNS server starts, and sends clients to one of its edges") {
  Server::Options options;
  options.config_text = edge_example("Harbingerfile", {{":53 {", ":0 {"}, {"127.0.0.1:8054", "127.0.0.1:0"}});
  options.plugins = all_plugins();
  options.handle_signals = false;
  auto server = Server::start(std::move(options));
  if (!server)
    for (const auto& error : server.error()) UNSCOPED_INFO(error.to_string());
  REQUIRE(server);
  const auto answer = ask((*server)->addresses().at(0).address, "www.example.org", RRType::A);
  REQUIRE(answer);
  REQUIRE_FALSE(answer->message.answers.empty());
  const auto record = answer->message.answers.front().to_string();
  INFO(record);
  CHECK((record.ends_with(" 192.0.2.1") || record.ends_with(" 198.51.100.1")));
}
