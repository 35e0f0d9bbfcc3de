#include "mirror/redis_share_reader.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "mirror/share_codec.h"

namespace harbinger::mirror {

namespace {

using namespace std::chrono_literals;

constexpr Duration kEvery = 10s;
constexpr std::size_t kAtATime = 128;

void for_each_word(const redisReply* reply, const std::function<void(std::string_view)>& use) {
  if (!reply || reply->type != REDIS_REPLY_ARRAY) return;
  for (std::size_t i = 0; i < reply->elements; ++i)
    if (const auto word = word_at(reply, i); !word.empty()) use(word);
}

}  // namespace

MonotonicTime RedisShareReader::due() const { return link_.ready() ? next_ : persona::kNever; }

void RedisShareReader::advance(MonotonicTime now) {
  if (!link_.ready()) return;
  const bool view = [&] {
    const std::lock_guard lock(parts_.memory.lock);
    return !began_ || parts_.memory.members.view().received >= *began_;
  }();
  const bool anew = began_ && view;
  if (anew) read_forecasts();
  if (anew || now >= next_) {
    read_publications();
    next_ = now + kEvery;
  }
  if (anew) began_.reset();
}

void RedisShareReader::pushed(std::string_view channel, std::string_view text) {
  if (channel == parts_.key("publications"))
    parts_.take(text);
  else
    read_forecast(std::string(text));
}

void RedisShareReader::read_publications() {
  const auto keys_read = [this](const redisReply* reply) {
    std::vector<std::string> keys{"MGET"};
    const auto fetch = [&] {
      if (keys.size() < 2 || !link_.ready()) return;
      const std::vector<std::string_view> words(keys.begin(), keys.end());
      link_.commands()->send(
          words,
          [this](const redisReply* values) { for_each_word(values, [this](auto value) { parts_.take(value); }); },
          parts_.clock.now());
      keys.resize(1);
    };
    for_each_word(reply, [&](auto name) {
      keys.push_back(parts_.key("p:" + std::string(name)));
      if (keys.size() > kAtATime) fetch();
    });
    fetch();
  };
  link_.commands()->send({"ZRANGE", parts_.key("published"), "0", "9999"}, keys_read, parts_.clock.now());
}

void RedisShareReader::read_forecasts() {
  link_.commands()->send(
      {"ZRANGE", parts_.key("told"), "0", "4095"},
      [this](const redisReply* reply) {
        for_each_word(reply, [this](auto name) { read_forecast(std::string(name)); });
      },
      parts_.clock.now());
}

void RedisShareReader::read_forecast(const std::string& name) {
  if (!link_.ready() || name.starts_with(parts_.self() + ':')) return;
  link_.commands()->send(
      {"GET", parts_.key("f:" + name)},
      [this, name](const redisReply* reply) { take_forecast(name, persona::text_of(reply)); }, parts_.clock.now());
}

// MEMBER:CLUSTER, where no member has a colon in it.
void RedisShareReader::take_forecast(const std::string& name, std::string_view stored) {
  const auto colon = name.find(':');
  const auto value = read_stored(stored);
  if (!value || colon == name.npos) return;
  auto rows = decode_rows(value->body);
  const auto until = parts_.local(value->until_ms);
  if (!rows || !until) return;
  const std::lock_guard lock(parts_.memory.lock);
  parts_.memory.forecasts.take(name.substr(colon + 1), name.substr(0, colon), {std::move(*rows), *until},
                               parts_.clock.now());
}

}  // namespace harbinger::mirror
