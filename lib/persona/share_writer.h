// Brings what waits into Redis, many commands under way at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "persona/redis_link.h"
#include "persona/share_queue.h"

namespace harbinger::persona {

/// Used by one thread; the counters by any.
class ShareWriter {
 public:
  /// Somebody else's value is there that is newer than ours.
  using Newer = std::function<void(const ShareItem& ours, std::string_view theirs)>;

  ShareWriter(ShareQueue& queue, std::string prefix, std::uint64_t publisher, Newer newer);

  /// Takes of what waits as much as there is room for on the way.
  void take(RedisLink& link, MonotonicTime now, UnixMillis calendar);
  /// Sends it. The link must not have been advanced in between.
  void send(RedisLink& link, MonotonicTime now, UnixMillis calendar);
  /// Gives back what was not answered; after the link was lost.
  void lost();
  /// When to call `take` again without anything new; kNever when nothing is put off.
  MonotonicTime due() const { return paused_until_; }

  std::uint64_t written() const { return written_; }
  std::uint64_t refused() const { return refused_; }
  /// What Redis says to writes; empty while they succeed.
  const std::string& trouble() const { return trouble_; }

 private:
  void send(const ShareItem& item, RedisLink& link, MonotonicTime now, UnixMillis calendar);
  void answered(const redisReply& reply, RedisLink& link, MonotonicTime now);
  void refuse(ShareItem item, std::string_view error, RedisLink& link, MonotonicTime now);

  ShareQueue& queue_;
  const std::string prefix_;
  const std::uint64_t publisher_;
  const Newer newer_;
  std::vector<ShareItem> next_;  // taken, not sent
  std::deque<ShareItem> under_way_;
  std::size_t octets_ = 0;           // of what is under way
  std::vector<ShareItem> returned_;  // to be tried once more
  bool load_ = false;                // the script, before that
  MonotonicTime paused_until_ = kNever, now_;
  std::string trouble_;
  std::atomic<std::uint64_t> written_{0}, refused_{0};
};

}  // namespace harbinger::persona
