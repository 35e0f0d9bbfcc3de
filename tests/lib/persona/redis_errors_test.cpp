#include "persona/redis_errors.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <thread>

#include <tests/lib/persona/shares.h>

using namespace harbinger;
using namespace harbinger::test;
using persona::Reaction;
using persona::reaction_to;
using persona::sentence_about;

namespace {

class KeptLines final : public LogSink {
 public:
  void write(LogLevel, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    (text_ += line) += '\n';
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

bool says(Sharer& share, std::string_view words) {
  return wait_until([&] { return share->state().trouble.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("each error of Redis has its reaction, from before version 7, too") {
  CHECK(reaction_to("READONLY You can't write against a read only replica.") == Reaction::search);
  CHECK(reaction_to("LOADING Redis is loading the dataset in memory") == Reaction::search);
  CHECK(reaction_to("NOAUTH Authentication required.") == Reaction::search);
  CHECK(reaction_to("MISCONF Redis is configured to save RDB snapshots") == Reaction::wait);
  CHECK(reaction_to("OOM command not allowed when used memory > 'maxmemory'.") == Reaction::lose);
  CHECK(reaction_to("NOSCRIPT No matching script. Please use EVAL.") == Reaction::load);
  CHECK(reaction_to("ERR anything else") == Reaction::lose);
  CHECK(reaction_to("") == Reaction::lose);
  CHECK(reaction_to("ERR Error running script (call to f_a1b2): @user_script:17: @user_script: 17: -READONLY You can't "
                    "write against a read only replica. ") == Reaction::search);
}

TEST_CASE("what Redis repeats of a command is not said") {
  CHECK(sentence_about("ERR unknown command 'AUTH', with args beginning with: 'hunter2'").find("hunter2") ==
        std::string::npos);
}

TEST_CASE("a Redis that wants a password says so, and neither state nor log repeat the one it has") {
  if (!redis_installed()) return;
  const RedisServer redis({"--requirepass", "hunter2"});
  KeptLines lines;
  Sharer without(redis.url()), wrong("redis://:letmein@" + redis.address());
  Sharer right({.url = "redis://:hunter2@" + redis.address()}, Logger(lines, "share"));
  CHECK(says(without, "wants a password"));
  CHECK(says(wrong, "does not accept the user and password"));
  CHECK(wrong->state().trouble.find("letmein") == std::string::npos);
  REQUIRE(right.connects());
  right->publish(assignment_of(7, 1));
  REQUIRE(wait_until([&] { return right->state().written == 1; }));
  CHECK(lines.text().find(redis.address()) != std::string::npos);
  CHECK(lines.text().find("hunter2") == std::string::npos);
}

TEST_CASE("a user needs the rights that the trouble names, and no others") {
  if (!redis_installed()) return;
  const RedisServer redis;
  redis.ask({"ACL", "SETUSER", "weak", "on", ">pass", "+@connection"});
  redis.ask({"ACL", "SETUSER", "able", "on", ">pass", "~harbinger:*", "&harbinger:*", "+@read", "+@write",
             "+@scripting", "+@pubsub", "+@connection", "+role"});
  Sharer weak("redis://weak:pass@" + redis.address()), able("redis://able:pass@" + redis.address());
  CHECK(says(weak, "+@read +@write +@scripting +@pubsub +@connection +role"));
  REQUIRE(able.connects());
  able->publish(assignment_of(7, 1));
  able->publish_table("catalogue", 1, octets("one"));
  REQUIRE(wait_until([&] { return able->state().written == 2; }));
  CHECK(able.look_up(7).assignment);
  CHECK(able->state().lost == 0);
}

TEST_CASE("something that is no Redis at all is found out") {
  // Greets in the way of a mail server.
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener, 10) == 0);
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  std::thread mail([&] {
    for (int peer; (peer = accept(listener, nullptr, nullptr)) >= 0; close(peer)) [[maybe_unused]]
      const auto sent = write(peer, "220 mail.example ESMTP\r\n", 24);
  });
  {
    Sharer share("redis://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
    CHECK(wait_until([&] { return !share->state().trouble.empty(); }));
    CHECK_FALSE(share.look_up(7).assignment);
    CHECK_FALSE(share->state().connected);
  }
  shutdown(listener, SHUT_RDWR);
  mail.join();
  close(listener);
}

TEST_CASE("a password for a Redis that has none is pointed out") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer share("redis://:hunter2@" + redis.address());
  CHECK(says(share, "has no password, but the URL has"));
}

TEST_CASE("values of a database with a number and of another prefix do not meet") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer one(redis.url() + "/1"), two(redis.url() + "/2"), there(redis.url() + "/99");
  Sharer prefixed(persona::RedisSettings{.url = redis.url() + "/1", .prefix = "other:"});
  one->publish(assignment_of(7, 1));
  REQUIRE(wait_until([&] { return one->state().written == 1; }));
  CHECK(one.look_up(7).assignment);
  REQUIRE(two.connects());
  CHECK_FALSE(two.look_up(7).assignment);
  REQUIRE(prefixed.connects());
  CHECK_FALSE(prefixed.look_up(7).assignment);
  CHECK(says(there, "fewer databases"));
}

TEST_CASE("a host may be a name") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer named("redis://localhost:" + std::to_string(redis.port())), nobody("redis://nobody.invalid");
  CHECK(named.connects());
  CHECK(says(nobody, "nobody.invalid"));
}

TEST_CASE("a Unix socket does as well") {
  if (!redis_installed()) return;
  const Scratch scratch;
  const std::string socket = (scratch / "redis.sock").string();
  const RedisServer redis({"--unixsocket", socket});
  Sharer share("unix://" + socket);
  REQUIRE(share.connects());
  CHECK(share->state().master == socket);
  share->publish(assignment_of(7, 1));
  CHECK(wait_until([&] { return share->state().written == 1; }));
}

TEST_CASE("a Redis without memory left loses assignments and counts them; tables wait until it has some") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer share(redis.url());
  REQUIRE(share.connects());
  redis.ask({"CONFIG", "SET", "maxmemory", "1"});
  share->publish(assignment_of(7, 1));
  share->publish_table("catalogue", 1, octets("one"));
  CHECK(says(share, "has no memory left"));
  REQUIRE(wait_until([&] { return share->state().lost == 1; }));
  CHECK(share->state().waiting == 1);
  CHECK(share->state().connected);
  redis.ask({"CONFIG", "SET", "maxmemory", "0"});
  REQUIRE(wait_until([&] { return share->state().written == 1; }));
  CHECK(share->state().trouble.empty());
}

TEST_CASE("a Redis that cannot save takes writes again when it can; look-ups go on meanwhile") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer share(redis.url());
  REQUIRE(share.connects());
  share->publish(assignment_of(7, 1));
  REQUIRE(wait_until([&] { return share->state().written == 1; }));
  // More replicas than there are: refused in the same way as after a failed save, which cannot be made to happen here.
  redis.ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
  share->publish(assignment_of(7, 2));
  CHECK(says(share, "too few replicas"));
  CHECK(share.look_up(7).assignment->persona == 1);
  CHECK(share->state().waiting == 1);
  redis.ask({"CONFIG", "SET", "min-replicas-to-write", "0"});
  REQUIRE(wait_until([&] { return share->state().written == 2; }));
  CHECK(share.look_up(7).assignment->persona == 2);
}

TEST_CASE("a Redis that forgot our script gets it again") {
  if (!redis_installed()) return;
  const RedisServer redis;
  Sharer share(redis.url());
  REQUIRE(share.connects());
  redis.ask({"SCRIPT", "FLUSH"});
  for (ClientKey client = 1; client <= 50; ++client) share->publish(assignment_of(client, 1));
  CHECK(wait_until([&] { return share->state().written == 50; }));
  CHECK(share->state().lost == 0);
}

TEST_CASE("a replica is not written to, and a master that becomes one is left") {
  if (!redis_installed()) return;
  const RedisServer redis;
  RedisServer other;
  Sharer share(redis.url());
  REQUIRE(share.connects());
  redis.ask({"REPLICAOF", "127.0.0.1", std::to_string(other.port())});
  share->publish(assignment_of(7, 1));
  CHECK(says(share, "is a replica"));
  CHECK(wait_until([&] { return !share->state().connected; }));
  CHECK(share->state().waiting == 1);
  redis.ask({"REPLICAOF", "NO", "ONE"});
  CHECK(wait_until([&] { return share->state().written == 1; }));
}
