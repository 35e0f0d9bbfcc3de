// harbinger-replay --provision: traces that would take all memory.
#include <catch2/catch.hpp>

#include "server/replay/provision_feed.h"

using namespace harbinger;
using namespace harbinger::replay;

namespace {

Result<ProvisionFeed> sessions_until(UnixMillis last) {
  Trace trace;
  trace.name = "made";
  const auto client = trace.clients.intern("c"), resource = trace.resources.intern("r");
  for (const UnixMillis at : {UnixMillis(0), last})
    trace.visits.push_back({.at = at, .client = client, .resource = resource});
  return feed_of_sessions(trace, 1'800'000, 10'000, 1000);
}

}  // namespace

TEST_CASE("a trace with a time that is thousands of years off is refused, and not held in memory") {
  constexpr UnixMillis kYear = 31'556'952'000;
  const auto near = sessions_until(3'600'000);
  REQUIRE(near);
  CHECK(near->steps() == 3601);
  const auto far = sessions_until(200 * kYear);  // more steps than 32 bits have room for
  REQUIRE_FALSE(far);
  CHECK(far.error().code == ErrorCode::malformed);
  CHECK(far.error().message.find("--interval") != std::string::npos);
}
