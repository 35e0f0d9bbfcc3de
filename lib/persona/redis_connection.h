// One connection to a Redis or a Sentinel that never waits: commands go out, answers come in as poll(2) says.
#pragma once

#include <hiredis/hiredis.h>
#include <poll.h>

#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>

#include "persona/redis_url.h"

namespace harbinger::persona {

/// Used by one thread, on which SIGPIPE is blocked. Handlers may send, but not destroy the connection.
class RedisConnection {
 public:
  /// Called exactly once: with the answer (an error answer included), borrowed for the call, or with null when the connection ended first.
  using Answered = std::function<void(const redisReply*)>;
  /// What came on a channel that was subscribed to.
  using Pushed = std::function<void(std::string_view channel, std::string_view text)>;

  /// Begins to connect. Waits for nothing but the addresses of a host that is given by name, for as long as `patience` at most.
  static Result<std::unique_ptr<RedisConnection>> open(const RedisAddress& address, Duration patience,
                                                       MonotonicTime now);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  void send(std::span<const std::string_view> words, Answered answered, MonotonicTime now);
  void send(std::initializer_list<std::string_view> words, Answered answered, MonotonicTime now) {
    send(std::span(words.begin(), words.size()), std::move(answered), now);
  }
  void on_push(Pushed pushed) { pushed_ = std::move(pushed); }

  /// Writes, reads and calls what is due. An error is the end of the connection: destroy it.
  Result<void> advance(std::span<const pollfd> polled, MonotonicTime now);
  /// What to poll for.
  pollfd wants() const;
  /// When an answer is overdue; nothing moved for so long as the patience. The end of time when none is awaited.
  MonotonicTime due() const;
  /// When the last octet came.
  MonotonicTime heard() const { return heard_; }

  const RedisAddress& address() const { return address_; }

 private:
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };

  RedisConnection(RedisAddress address, redisContext* context, Duration patience, MonotonicTime now);
  Result<void> write(MonotonicTime now);
  Result<void> read(MonotonicTime now);
  void hand_on(const redisReply& reply);
  std::unexpected<Error> trouble() const;

  const RedisAddress address_;
  const std::unique_ptr<redisContext, Free> context_;
  const Duration patience_;
  std::deque<Answered> awaited_;
  Pushed pushed_;
  bool unwritten_ = false;
  MonotonicTime moved_, heard_;
};

inline constexpr MonotonicTime kNever{INT64_MAX};

/// The text of a string or status answer; empty for every other, and for none.
std::string_view text_of(const redisReply* reply);
bool is_error(const redisReply* reply);

}  // namespace harbinger::persona
