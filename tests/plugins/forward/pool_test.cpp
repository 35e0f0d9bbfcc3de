#include "plugins/forward/pool.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::forward;
using namespace std::chrono_literals;

namespace {

Target target(std::string_view text) { return OptionValue<Target>::parse(text).value(); }

struct Story {
  std::map<std::string, std::vector<IpAddress>> hosts;
  std::map<std::string, std::string> files;
  Metrics metrics;
  FakeClock clock;

  std::unique_ptr<Pool> pool(std::initializer_list<const char*> words) {
    std::vector<Target> targets;
    for (const char* word : words) targets.push_back(target(word));
    Pool::Sources sources{[this](const std::string& host) -> Result<std::vector<IpAddress>> {
                            if (!hosts.contains(host)) return fail(ErrorCode::not_found, "no address of " + host);
                            return hosts[host];
                          },
                          [this](const std::filesystem::path& path) -> Result<std::string> {
                            if (!files.contains(path))
                              return fail(ErrorCode::not_found, "cannot read " + path.string());
                            return files[path];
                          }};
    return std::make_unique<Pool>(std::move(targets), std::move(sources), &metrics, Logger());
  }
  double healthy_series() {
    double count = 0;
    for (const auto& sample : metrics.collect()) count += sample.name == "harbinger_forward_healthy";
    return count;
  }
};

std::string addresses(const Pool& pool) {
  std::string text;
  for (const auto& upstream : *pool.upstreams()) text += upstream->address.to_string() + " ";
  return text;
}

}  // namespace

TEST_CASE("an upstream is an address with or without port, a host name or a path") {
  for (const char* text : {"192.0.2.1:53", "192.0.2.1:5353", "[2001:db8::1]:53", "dns.example.net:53",
                           "dns.example.net.:853", "/etc/resolv.conf"})
    CHECK(OptionValue<Target>::show(target(text)) == text);
  CHECK(OptionValue<Target>::show(target("192.0.2.1")) == "192.0.2.1:53");
  CHECK(OptionValue<Target>::show(target("2001:db8::1")) == "[2001:db8::1]:53");
  CHECK(OptionValue<Target>::show(target("dns")) == "dns:53");
}

TEST_CASE("a word that is no upstream is refused, and told what would be right") {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.1:0", "192.0.2.1:65536", "dns.example:x",
                           "dns example", "tls://192.0.2.1", "a..b"}) {
    const auto parsed = OptionValue<Target>::parse(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().message.find("192.0.2.1:5353") != std::string::npos);
  }
}

TEST_CASE("addresses and files are there at once, host names after resolving, each address once") {
  Story story;
  story.files["/r"] = "nameserver 192.0.2.1\nnameserver 192.0.2.2\n";
  const auto pool = story.pool({"192.0.2.2", "/r", "dns.example"});
  REQUIRE(pool->load());
  CHECK(addresses(*pool) == "192.0.2.2:53 192.0.2.1:53 ");
  story.hosts["dns.example"] = {*IpAddress::parse("192.0.2.3")};
  pool->refresh(story.clock.now());
  CHECK(addresses(*pool) == "192.0.2.2:53 192.0.2.1:53 192.0.2.3:53 ");
  CHECK(story.healthy_series() == 3);
}

TEST_CASE("a file that is missing or names nobody is an error that names the file") {
  Story story;
  story.files["/empty"] = "search example.org\n";
  for (const char* path : {"/missing", "/empty"}) {
    const auto loaded = story.pool({path})->load();
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().message.find(path) != std::string::npos);
  }
}

TEST_CASE("a folder in place of a file is an error that names it") {
  Pool pool({target("/")}, Pool::Sources::of_the_system(), nullptr, Logger());
  const auto loaded = pool.load();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message == "cannot read `/`: Is a directory");
}

TEST_CASE("an upstream that stays keeps its state when others come and go") {
  Story story;
  story.hosts["dns.example"] = {*IpAddress::parse("192.0.2.3")};
  const auto pool = story.pool({"192.0.2.1", "dns.example"});
  REQUIRE(pool->load());
  CHECK_FALSE(pool->is_empty());
  pool->refresh(story.clock.now());
  pool->upstreams()->front()->replied(7ms);
  story.hosts["dns.example"] = {*IpAddress::parse("192.0.2.4")};
  pool->refresh(story.clock.now());
  CHECK(addresses(*pool) == "192.0.2.1:53 192.0.2.4:53 ");
  CHECK(pool->upstreams()->front()->usual_time() == 7ms);
  CHECK(story.healthy_series() == 2);
}

TEST_CASE("a name that cannot be resolved keeps its last addresses and is tried again soon") {
  Story story;
  story.hosts["dns.example"] = {*IpAddress::parse("192.0.2.3")};
  const auto pool = story.pool({"dns.example"});
  REQUIRE(pool->load());
  CHECK(pool->is_empty());
  CHECK(pool->refresh_due(story.clock.now()));
  CHECK_FALSE(pool->refresh_due(story.clock.now()));
  pool->refresh(story.clock.now());
  story.clock.advance(Pool::kRetryInterval);
  CHECK_FALSE(pool->refresh_due(story.clock.now()));
  story.clock.advance(Pool::kRefreshInterval);
  CHECK(pool->refresh_due(story.clock.now()));

  story.hosts.clear();
  pool->refresh(story.clock.now());
  CHECK(addresses(*pool) == "192.0.2.3:53 ");
  story.clock.advance(Pool::kRetryInterval);
  CHECK(pool->refresh_due(story.clock.now()));
}

TEST_CASE("addresses alone are never looked at again") {
  Story story;
  const auto pool = story.pool({"192.0.2.1"});
  REQUIRE(pool->load());
  story.clock.advance(24h);
  CHECK_FALSE(pool->refresh_due(story.clock.now()));
}
