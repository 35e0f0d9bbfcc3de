#include <catch2/catch.hpp>

#include <harbinger/access.h>

#include "mirror/share.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace std::chrono_literals;

namespace {

Publication publication(std::uint64_t version, std::vector<Publication::At> servers = {{.server = "edge-1"}}) {
  return {.resource = "film.example.org", .cluster = "eu", .servers = std::move(servers), .version = version};
}

struct Bench {
  FakeClock clock;
  std::unique_ptr<MirrorShare> share = make_lone_share(clock);

  Result<void> write(const Publication& what) {
    Result<void> result = fail(ErrorCode::internal, "never done");
    share->write(what, [&](Result<void> done) { result = std::move(done); });
    return result;
  }
};

}  // namespace

TEST_CASE("alone, a server owns everything, and what it publishes holds until its lease is over") {
  Bench bench;
  CHECK(bench.share->owns(7, "eu", 1h));
  CHECK(bench.write(publication(1)));
  bench.clock.advance(59s);
  CHECK(bench.share->published().size() == 1);
  CHECK(bench.write(publication(1)));  // renewed
  bench.clock.advance(59s);
  CHECK(bench.share->published().size() == 1);
  bench.clock.advance(2s);
  CHECK(bench.share->published().empty());
}

TEST_CASE("alone, an older publication never replaces a later one, and one version never means two things") {
  Bench bench;
  CHECK(bench.write(publication(5)));
  CHECK(bench.write(publication(4)).error().code == ErrorCode::conflict);
  CHECK(bench.write(publication(5, {{.server = "edge-2"}})).error().code == ErrorCode::conflict);
  const auto resource = resource_hash("film.example.org");
  CHECK(bench.share->next_version(resource, "eu") == 6);
  bench.clock.advance(2min);
  CHECK(bench.share->next_version(resource, "eu") == 6);
}

TEST_CASE("alone, listeners hear of what is new and not of renewals, and of nothing once they are gone") {
  Bench bench;
  std::vector<std::size_t> heard;
  auto handle = bench.share->listen([&](const Publication& what) { heard.push_back(what.servers.size()); });
  CHECK(bench.write(publication(1)));
  CHECK(bench.write(publication(1)));
  CHECK(bench.write(publication(2, {})));
  CHECK(heard == std::vector<std::size_t>{1, 0});
  CHECK(bench.share->published().empty());
  handle.reset();
  CHECK(bench.write(publication(3)));
  CHECK(heard.size() == 2);
}
