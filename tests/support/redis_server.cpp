#include <tests/support/redis_server.h>

#include <signal.h>

#include <catch2/catch.hpp>
#include <stdexcept>
#include <utility>

namespace harbinger::test {

namespace {

std::string ask_port(std::uint16_t port, std::vector<std::string> command, const std::string& password) {
  std::vector<std::string> words{"redis-cli", "-h", "127.0.0.1", "-p", std::to_string(port)};
  Process::Options options;
  if (!password.empty()) options.environment.push_back("REDISCLI_AUTH=" + password);
  words.insert(words.end(), std::make_move_iterator(command.begin()), std::make_move_iterator(command.end()));
  Process cli(words, options);
  cli.wait();
  std::string output = cli.output();
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

void wait_for_answer(Process& process, std::uint16_t port) {
  const auto answers = [&] {
    const std::string answer = ask_port(port, {"PING"}, "");
    return answer == "PONG" || answer.starts_with("NOAUTH") || !process.running();
  };
  if (!wait_until(answers) || !process.running()) throw std::runtime_error("Redis did not start: " + process.output());
}

}  // namespace

bool redis_installed() {
  const bool here = find_program("redis-server") && find_program("redis-sentinel") && find_program("redis-cli");
  if (!here) WARN("skipped: redis-server, redis-sentinel and redis-cli are not installed");
  return here;
}

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) { start(); }

void RedisServer::start() {
  std::vector<std::string> command{"redis-server",
                                   "--port",
                                   std::to_string(port_),
                                   "--bind",
                                   "127.0.0.1",
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--repl-diskless-sync-delay",
                                   "0",
                                   "--dir",
                                   scratch_.path().string()};
  command.insert(command.end(), options_.begin(), options_.end());
  process_ = std::make_unique<Process>(command);
  wait_for_answer(*process_, port_);
}

std::string RedisServer::ask(std::vector<std::string> command, const std::string& password) const {
  return ask_port(port_, std::move(command), password);
}

void RedisServer::kill() { process_->kill(); }

void RedisServer::thaw() { process_->signal(SIGCONT); }

RedisSentinel::RedisSentinel(const RedisServer& master) {
  const auto file = scratch_.write("sentinel.conf", "port " + std::to_string(port_) +
                                                        "\nbind 127.0.0.1\nsentinel monitor test 127.0.0.1 " +
                                                        std::to_string(master.port()) +
                                                        " 1\nsentinel down-after-milliseconds test 300\n"
                                                        "sentinel failover-timeout test 3000\n");
  process_ = std::make_unique<Process>(std::vector<std::string>{"redis-sentinel", file.string()});
  wait_for_answer(*process_, port_);
}

std::string RedisSentinel::url() const { return "redis+sentinel://127.0.0.1:" + std::to_string(port_) + "/test"; }

bool RedisSentinel::knows_replicas(std::size_t count) const {
  // Not before it has seen a replica in good health itself can it be promoted.
  return wait_until([&] {
    const std::string replicas = ask_port(port_, {"SENTINEL", "REPLICAS", "test"}, "");
    std::size_t healthy = 0;
    for (auto at = replicas.find("master-link-status\nok"); at != replicas.npos;
         at = replicas.find("master-link-status\nok", at + 1))
      ++healthy;
    return healthy >= count;
  });
}

}  // namespace harbinger::test
