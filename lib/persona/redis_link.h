// The way to the Redis that takes writes: found, proved to be a master, lost, and found again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "persona/redis_connection.h"
#include "persona/redis_sentinel.h"

namespace harbinger::persona {

struct LinkSettings {
  Duration patience{};
  std::vector<std::string> channels;
  std::string script;  ///< loaded before anything else is sent
};

/// Two connections to one master: for commands, and for what is published. When one is lost, both are given up. Tries again after pauses that
/// double up to a second, each of a random length below that, so that many who lost it at one moment do not come back at one moment.
/// Used by one thread.
class RedisLink {
 public:
  struct Events {
    std::function<void()> ready;  ///< commands may be sent, and the channels are subscribed to; may send
    std::function<void()> lost;   ///< it was ready and is not any more; all commands were answered with null
    RedisConnection::Pushed pushed;
  };

  RedisLink(RedisUrl url, LinkSettings settings, Events events);
  ~RedisLink();

  void collect(std::vector<pollfd>& to) const;
  void advance(std::span<const pollfd> polled, MonotonicTime now);
  /// When to call `advance` at the latest.
  MonotonicTime due() const;

  /// Null while away.
  RedisConnection* commands() { return ready_ ? commands_.get() : nullptr; }
  bool ready() const { return ready_; }
  /// What EVALSHA calls the script.
  const std::string& script_id() const { return script_id_; }
  /// Brings the script again, before whatever is sent next.
  void load_script(MonotonicTime now);
  /// Gives this master up at the next `advance` and asks for it anew.
  void leave(std::string why) {
    if (!leave_) leave_ = std::move(why);
  }

  /// Ends both connections; what was not answered is answered with null. For the end: no event comes any more.
  void close();

  /// Empty while away.
  std::string master() const { return ready_ ? commands_->address().to_string() : std::string(); }
  std::uint64_t failovers() const { return failovers_; }
  /// Why it is away; empty while it is not.
  const std::string& trouble() const { return trouble_; }

 private:
  void begin(MonotonicTime now);
  void found(const Result<RedisAddress>& address);
  void open(const RedisAddress& address, MonotonicTime now);
  void introduce(RedisConnection& connection, MonotonicTime now);
  void introduce_commands(MonotonicTime now);
  void expect(RedisConnection& connection, std::span<const std::string_view> words, MonotonicTime now);
  void answered(const redisReply* reply);
  void check_role(const redisReply* reply);
  void become_ready(MonotonicTime now);
  void stay_alive(MonotonicTime now);
  void drop(const std::string& why, MonotonicTime now);

  const RedisUrl url_;
  const LinkSettings settings_;
  const Events events_;
  std::unique_ptr<MasterFinder> finder_;  // null without Sentinel
  std::unique_ptr<RedisConnection> commands_, subscriber_;
  std::optional<RedisAddress> candidate_;  // to be opened next
  std::optional<std::string> leave_;
  std::size_t expected_ = 0;  // answers until ready
  bool ready_ = false;
  MonotonicTime try_at_, ready_at_, alive_at_;
  Duration pause_;
  std::string script_id_, trouble_;
  std::optional<RedisAddress> last_;  // that was written to
  std::uint64_t failovers_ = 0;
};

}  // namespace harbinger::persona
