// Asks Redis for what others wrote: a client's assignment and profile, and the tables.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "persona/redis_link.h"
#include "persona/share.h"
#include "persona/share_codec.h"
#include "persona/share_watchers.h"

namespace harbinger::persona {

/// Used by one thread.
class ShareReader {
 public:
  struct Question {
    ClientKey client = 0;
    std::function<void(Share::Known)> done;
  };

  ShareReader(std::string prefix, std::uint64_t publisher, std::size_t most, const Clock& clock, const Logger& log);

  /// Each is answered exactly once: at once with nothing while the link is away, and when more than `most` wait, the oldest of them.
  void look_up(std::vector<Question> questions, RedisLink& link);
  /// Sends what has to wait for its turn. Call it often.
  void advance(RedisLink& link);
  /// Answers everything with nothing; after the link was lost.
  void lost();

  /// Tells the watchers of all tables there are.
  void read_tables(RedisLink& link);
  /// What was published on one of the channels.
  void pushed(std::string_view channel, std::string_view text, RedisLink& link);
  /// A value that Redis keeps instead of one of ours.
  void newer(ValueKind kind, const std::string& name, std::string_view value);

  ShareWatchers& watchers() { return watchers_; }

 private:
  void ask(Question question, RedisLink& link);
  void read_table(const std::string& name, RedisLink& link);
  void assigned(std::string_view value);
  void table(const std::string& name, std::string_view value);
  Share::Known known(ClientKey client, const redisReply* reply) const;
  UnixMillis calendar() const;

  const std::string prefix_;
  const std::uint64_t publisher_;
  const std::size_t most_;
  const Clock& clock_;
  const Logger log_;
  ShareWatchers watchers_;
  std::deque<Question> waiting_;
  std::size_t under_way_ = 0;
};

}  // namespace harbinger::persona
