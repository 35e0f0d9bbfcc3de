// Asks Sentinels who the master is.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "persona/redis_connection.h"

namespace harbinger::persona {

/// Used by one thread. Asks one Sentinel after the other, beginning with the one that knew last.
class MasterFinder {
 public:
  /// Called exactly once for each question, unless the finder goes first. Must not ask.
  using Found = std::function<void(const Result<RedisAddress>&)>;

  MasterFinder(const RedisUrl& url, Duration patience);

  /// One question at a time.
  void ask(Found found, MonotonicTime now);
  bool asking() const { return static_cast<bool>(found_); }

  void collect(std::vector<pollfd>& to) const;
  void advance(std::span<const pollfd> polled, MonotonicTime now);
  MonotonicTime due() const { return connection_ ? connection_->due() : kNever; }

 private:
  void try_next(MonotonicTime now);
  void answered(const redisReply* reply);
  void finish(const Result<RedisAddress>& result);

  const RedisUrl url_;
  const Duration patience_;
  std::unique_ptr<RedisConnection> connection_;
  std::size_t current_ = 0, tried_ = 0;
  bool refused_ = false;  // the present Sentinel does not know
  std::string why_;       // the last one did not
  Found found_;
};

}  // namespace harbinger::persona
