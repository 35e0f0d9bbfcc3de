#include "persona/share_writer.h"

#include <algorithm>
#include <utility>

#include "persona/redis_errors.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

// Enough to hide the way there and back; few enough that a look-up behind them does not wait long.
constexpr std::size_t kMostUnderWay = 1024;
constexpr std::size_t kMostOctets = std::size_t{4} << 20;
constexpr Duration kPause = 1s;

std::string key_of(const ShareItem& item) {
  return std::string(1, static_cast<char>(item.kind)) + ':' +
         (item.kind == ValueKind::table ? item.name : hex_of(item.client));
}

}  // namespace

ShareWriter::ShareWriter(ShareQueue& queue, std::string prefix, std::uint64_t publisher, Newer newer)
    : queue_(queue), prefix_(std::move(prefix)), publisher_(publisher), newer_(std::move(newer)) {}

void ShareWriter::take(RedisLink& link, MonotonicTime now, UnixMillis calendar) {
  now_ = now;
  if (!returned_.empty()) queue_.put_back(std::exchange(returned_, {}));
  if (!link.commands()) return;
  if (std::exchange(load_, false)) link.load_script(now);
  if (paused_until_ != kNever && now < paused_until_) return;
  paused_until_ = kNever;
  if (under_way_.size() >= kMostUnderWay || octets_ >= kMostOctets) return;
  next_ = queue_.take(kMostUnderWay - under_way_.size(), kMostOctets - octets_, calendar);
}

void ShareWriter::send(RedisLink& link, MonotonicTime now, UnixMillis calendar) {
  for (ShareItem& item : std::exchange(next_, {})) {
    octets_ += item.value.size();
    send(item, link, now, calendar);
    under_way_.push_back(std::move(item));
  }
}

void ShareWriter::send(const ShareItem& item, RedisLink& link, MonotonicTime now, UnixMillis calendar) {
  const bool table = item.kind == ValueKind::table;
  const std::string key = prefix_ + key_of(item), names = prefix_ + "names";
  const std::string lifetime = std::to_string(item.until == 0 ? 0 : item.until - calendar);
  const std::string channel = table                                ? prefix_ + "tables"
                              : item.kind == ValueKind::assignment ? prefix_ + "assigned"
                                                                   : std::string();
  const std::string news = table ? encode_table_news({publisher_, item.name}) : std::string();
  link.commands()->send(
      {"EVALSHA", link.script_id(), "2", key, names, item.value, lifetime, channel, news, item.name},
      [this, &link](const redisReply* reply) {
        if (reply) answered(*reply, link, now_);
      },
      now);
}

// Answers come in the order of the commands.
void ShareWriter::answered(const redisReply& reply, RedisLink& link, MonotonicTime now) {
  ShareItem item = std::move(under_way_.front());
  under_way_.pop_front();
  octets_ -= item.value.size();
  if (is_error(&reply)) return refuse(std::move(item), {reply.str, reply.len}, link, now);
  queue_.settled();
  trouble_.clear();
  if (reply.type == REDIS_REPLY_INTEGER) {
    ++written_;
  } else {
    newer_(item, text_of(&reply));
  }
}

void ShareWriter::refuse(ShareItem item, std::string_view error, RedisLink& link, MonotonicTime now) {
  Reaction reaction = reaction_to(error);
  if (reaction != Reaction::load) trouble_ = link.master() + ' ' + sentence_about(error);
  // A table is worth another try: it is one, and nobody publishes it again soon.
  if (reaction == Reaction::lose && item.kind == ValueKind::table) reaction = Reaction::wait;
  switch (reaction) {
    case Reaction::lose:
      ++refused_;
      return queue_.settled();
    case Reaction::search:
      link.leave(trouble_);
      break;
    case Reaction::wait:
      paused_until_ = now + kPause;
      break;
    case Reaction::load:
      load_ = true;
      break;
  }
  returned_.push_back(std::move(item));
}

void ShareWriter::lost() {
  std::ranges::move(under_way_, std::back_inserter(returned_));
  under_way_.clear();
  octets_ = 0;
  load_ = false;
  paused_until_ = kNever;
  trouble_.clear();
  queue_.put_back(std::exchange(returned_, {}));
}

}  // namespace harbinger::persona
