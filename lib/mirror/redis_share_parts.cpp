#include "mirror/redis_share_parts.h"

#include <algorithm>
#include <vector>

#include "mirror/share_codec.h"

namespace harbinger::mirror {

bool ShareParts::owns(std::uint64_t resource, std::string_view cluster, Duration margin) const {
  const std::lock_guard lock(memory.lock);
  return memory.members.owns(resource, cluster, clock.now(), margin);
}

std::optional<MonotonicTime> ShareParts::local(std::int64_t store_ms) const {
  const std::lock_guard lock(memory.lock);
  const auto& view = memory.members.view();
  if (view.members.empty()) return std::nullopt;
  // Whatever stands in Redis: no sum overflows, and no lease is as long.
  constexpr std::int64_t kFar = 366LL * 24 * 3'600'000;
  const auto from = std::clamp(view.store_ms, -kFar * 200, kFar * 200);
  const auto to = std::clamp(store_ms, from - kFar, from + kFar);
  return view.sent + std::chrono::milliseconds(to - from);
}

void ShareParts::take(std::string_view stored) {
  const auto value = read_stored(stored);
  auto what = value ? decode_publication(value->body) : std::nullopt;
  if (!what) return log.warning("publication", "a publication in Redis is damaged; it is passed over");
  what->version = value->version;
  const auto until = local(value->until_ms);
  if (!until) return;  // all are read once there is a view
  SharePublications::Taken taken{};
  {
    const std::lock_guard lock(memory.lock);
    taken = memory.publications.take(*what, *until, clock.now());
  }
  if (taken == SharePublications::Taken::changed) listeners.tell(*what);
}

void ShareParts::trouble(std::string text) {
  {
    const std::lock_guard lock(memory.lock);
    if (memory.state.trouble == text) return;
    memory.state.trouble = text;
  }
  if (!text.empty()) log.warning("trouble", text);
}

void call(persona::RedisLink& link, const ShareCall& what, persona::RedisConnection::Answered answered,
          MonotonicTime now) {
  if (!link.ready()) return answered(nullptr);
  const std::string count = std::to_string(what.keys.size());
  std::vector<std::string_view> words{"EVALSHA", link.script_id(), count};
  words.insert(words.end(), what.keys.begin(), what.keys.end());
  words.insert(words.end(), what.arguments.begin(), what.arguments.end());
  link.commands()->send(words, std::move(answered), now);
}

std::string_view word_at(const redisReply* reply, std::size_t place) {
  const bool there = reply && reply->type == REDIS_REPLY_ARRAY && place < reply->elements;
  return there ? persona::text_of(reply->element[place]) : std::string_view();
}

std::optional<std::int64_t> number_at(const redisReply* reply, std::size_t place) {
  const bool there = reply && reply->type == REDIS_REPLY_ARRAY && place < reply->elements &&
                     reply->element[place]->type == REDIS_REPLY_INTEGER;
  return there ? std::optional<std::int64_t>(reply->element[place]->integer) : std::nullopt;
}

}  // namespace harbinger::mirror
