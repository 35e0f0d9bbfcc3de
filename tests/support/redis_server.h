// A real Redis, or a Sentinel that watches one, for a test: on a loopback port, without any file.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tests/support/process.h>
#include <tests/support/scratch.h>

namespace harbinger::test {

/// Whether redis-server and redis-sentinel are here; says so once with a warning of the test when they are not.
bool redis_installed();

class RedisServer {
 public:
  /// Starts redis-server with `options` ("--requirepass", "secret") and waits until it answers. Throws when it does not.
  explicit RedisServer(std::vector<std::string> options = {});

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "redis://" + address(); }
  /// The answer to one command, as redis-cli prints it, without the last line's end. `password` where one is needed.
  std::string ask(std::vector<std::string> command, const std::string& password = "") const;

  /// SIGKILL.
  void kill();
  /// Once more on the same port, after `kill`; whatever was in it is gone.
  void start();
  /// SIGSTOP, SIGCONT.
  void freeze() { process_->freeze(); }
  void thaw();

 private:
  const std::uint16_t port_ = free_port();
  const std::vector<std::string> options_;
  Scratch scratch_;
  std::unique_ptr<Process> process_;
};

/// One Sentinel with a quorum of one that calls the master "test" and takes it for down after 300 ms.
class RedisSentinel {
 public:
  explicit RedisSentinel(const RedisServer& master);

  /// redis+sentinel://.../test
  std::string url() const;
  std::uint16_t port() const { return port_; }
  /// Waits until it knows so many replicas; a fail-over before that finds none to promote.
  bool knows_replicas(std::size_t count) const;

 private:
  const std::uint16_t port_ = free_port();
  Scratch scratch_;
  std::unique_ptr<Process> process_;
};

}  // namespace harbinger::test
