#include "persona/redis_url.h"

#include <catch2/catch.hpp>

#include <harbinger/clock.h>

#include "persona/share.h"

using namespace harbinger;
using persona::parse_redis_url;

TEST_CASE("a URL names one Redis, with what is left out as usual") {
  const auto bare = parse_redis_url("redis://cache.example");
  REQUIRE(bare);
  CHECK(bare->addresses.at(0).host == "cache.example");
  CHECK(bare->addresses.at(0).port == 6379);
  CHECK(bare->database == 0);
  CHECK_FALSE(bare->sentinel());
  CHECK(bare->password.empty());

  const auto full = parse_redis_url("redis://harbinger:p%40ss%2Fw%25rd@[2001:db8::1]:7000/12");
  REQUIRE(full);
  CHECK(full->addresses.at(0).host == "2001:db8::1");
  CHECK(full->addresses.at(0).to_string() == "[2001:db8::1]:7000");
  CHECK(full->user == "harbinger");
  CHECK(full->password == "p@ss/w%rd");
  CHECK(full->database == 12);

  CHECK(parse_redis_url("redis://:secret@localhost")->password == "secret");
  CHECK(parse_redis_url("redis://:a:b@localhost")->password == "a:b");
  CHECK(parse_redis_url("redis://localhost/")->database == 0);
}

TEST_CASE("a URL names a Unix socket") {
  const auto url = parse_redis_url("unix:///run/redis/redis%20one.sock");
  REQUIRE(url);
  CHECK(url->addresses.at(0).path == "/run/redis/redis one.sock");
}

TEST_CASE("a URL names Sentinels and what they call the master") {
  const auto url = parse_redis_url("redis+sentinel://:secret@10.0.0.1,[::1]:26380,third:26381/my-master/2");
  REQUIRE(url);
  CHECK(url->sentinel());
  CHECK(url->master == "my-master");
  CHECK(url->database == 2);
  CHECK(url->password == "secret");
  REQUIRE(url->addresses.size() == 3);
  CHECK(url->addresses[0].port == 26379);
  CHECK(url->addresses[1].to_string() == "[::1]:26380");
  CHECK(url->addresses[2].host == "third");
  CHECK(url->to_string() == "redis+sentinel://10.0.0.1:26379,[::1]:26380,third:26381/my-master/2");
}

TEST_CASE("a URL that cannot be read is answered with what would be right") {
  const auto [text, right] = GENERATE(table<std::string, std::string>({
      {"", "redis://:password@host:6379/0"},
      {"localhost:6379", "redis://:password@host:6379/0"},
      {"http://localhost", "redis://:password@host:6379/0"},
      {"rediss://localhost", "TLS tunnel"},
      {"redis://", "host is missing"},
      {"redis://:secret@", "host is missing"},
      {"redis://:6379", "host is missing"},
      {"redis:///0", "host is missing"},
      {"redis://host:", "port from 1 to 65535"},
      {"redis://host:0", "port from 1 to 65535"},
      {"redis://host:65536", "port from 1 to 65535"},
      {"redis://host:-1", "port from 1 to 65535"},
      {"redis://host:6379x", "port from 1 to 65535"},
      {"redis://2001:db8::1", "stands in [ ]"},
      {"redis://[::1", "ends with ]"},
      {"redis://[not an address]", "spaces"},
      {"redis://[::1]6379", "only :port"},
      {"redis://[::1%eth0]", "must be an IPv6 address"},
      {"redis://ho$t", "letters, digits"},
      {"redis://host/one", "number such as 0"},
      {"redis://host/-1", "number such as 0"},
      {"redis://host/0/1", "number such as 0"},
      {"redis://host/99999999999", "number such as 0"},
      {"redis://host?db=1", "? and #"},
      {"redis://secret@host", "user:password or :password"},
      {"redis://user:@host", "password before @ is empty"},
      {"redis://:se%cret@host", "two hexadecimal digits"},
      {"redis://:secret%2@host", "two hexadecimal digits"},
      {"redis://:se/cret@host", "%2F"},
      {"redis://:se@cret@host", "%40"},
      {"redis://:se cret@host", "%20"},
      {"redis://:se%00cret@host", "control characters"},
      {"redis://one,two", "redis+sentinel://"},
      {"redis+sentinel://one:26379", "master's name"},
      {"redis+sentinel://one/", "master's name"},
      {"redis+sentinel://one/my%20master", "master's name"},
      {"redis+sentinel://one/mymaster/x", "number such as 0"},
      {"redis+sentinel://one,,two/mymaster", "host is missing"},
      {"unix://relative.sock", "absolute path"},
      {"unix:///", "absolute path"},
      {"unix:///" + std::string(120, 'x'), "at most 107"},
  }));
  const auto url = parse_redis_url(text);
  INFO(text);
  REQUIRE_FALSE(url);
  CHECK(url.error().code == ErrorCode::malformed);
  INFO(url.error().message);
  CHECK(url.error().message.find(right) != std::string::npos);

  const auto share = persona::make_redis_share({.url = text}, system_clock(), Logger());
  REQUIRE_FALSE(share);
  CHECK(share.error().code == ErrorCode::malformed);
}

TEST_CASE("no message about a URL repeats its password, wherever it stands wrongly") {
  const std::string text = GENERATE("hunter2", "redis://hunter2@host", "redis://user:hunter2", "redis://:hunter2/@host",
                                    "redis://:hunter2@host:x", "redis://:hunter2@host/x", "redis://:hunter2@",
                                    "redis://hunter2:@host", "redis://:%hunter2@host", "redis://:hunter2@@host",
                                    "rediss://:hunter2@host", "redis+sentinel://:hunter2@host", "unix://:hunter2@/path",
                                    "redis://[hunter2", "redis://:hunter2@a,b", "redis://:hunter2@host?x");
  const auto url = parse_redis_url(text);
  REQUIRE_FALSE(url);
  CHECK(url.error().message.find("hunter2") == std::string::npos);
}

TEST_CASE("a URL is shown without user and password") {
  CHECK(parse_redis_url("redis://user:hunter2@host:1/3")->to_string() == "redis://host:1/3");
  CHECK(parse_redis_url("redis+sentinel://:hunter2@host/m")->to_string() == "redis+sentinel://host:26379/m/0");
  CHECK(parse_redis_url("unix:///run/redis.sock")->to_string() == "unix:///run/redis.sock");
}
