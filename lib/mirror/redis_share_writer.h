// Brings publications and forecasts into Redis.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "mirror/redis_share_members.h"
#include "mirror/redis_share_parts.h"

namespace harbinger::mirror {

/// Used by one thread.
class RedisShareWriter {
 public:
  struct Order {
    Publication what{};
    Publisher::Done done{};
    int tries = 0;
    MonotonicTime after{};  ///< waits for a view that was asked for later
  };

  RedisShareWriter(ShareParts& parts, persona::RedisLink& link, RedisShareMembers& members)
      : parts_(parts), link_(link), members_(members) {}

  /// Every order is done exactly once: at once where this server is no owner, or the link is away.
  void write(std::vector<Order> orders);
  void tell(std::map<std::string, ForecastBatch> batches);
  /// Brings what was told last to a Redis that is back.
  void tell_again();
  /// Sends what waited for a newer view.
  void advance();
  /// Gives up what waits.
  void lost();

 private:
  void send(Order order);
  void answered(const redisReply* reply, Order order);
  void refused(std::string_view error, Order order);
  void send_batch(const std::string& cluster, const ForecastBatch& batch);
  static void give_up(const Order& order, const std::string& why);

  ShareParts& parts_;
  persona::RedisLink& link_;
  RedisShareMembers& members_;
  std::deque<Order> waiting_;
  std::map<std::string, ForecastBatch> told_;  // by cluster, that others know of
};

}  // namespace harbinger::mirror
