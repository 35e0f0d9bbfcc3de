#include "persona/redis_link.h"

#include <harbinger/random.h>

#include <algorithm>
#include <utility>

#include "persona/redis_errors.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstPause = 100ms, kLongestPause = 1s;
constexpr Duration kShortestPause = 10ms;
// Every so often a silent Redis has to say that it is there, and the Sentinels who the master is: what they publish may be missed.
constexpr Duration kHeartbeat = 1s;

Duration some_of(Duration pause) {
  return kShortestPause + Duration(system_random().below(static_cast<std::uint64_t>(pause.count())));
}

}  // namespace

RedisLink::RedisLink(RedisUrl url, LinkSettings settings, Events events)
    : url_(std::move(url)),
      settings_(std::move(settings)),
      events_(std::move(events)),
      finder_(url_.sentinel() ? std::make_unique<MasterFinder>(url_, settings_.patience) : nullptr),
      pause_(kFirstPause) {}

RedisLink::~RedisLink() = default;

void RedisLink::collect(std::vector<pollfd>& to) const {
  if (finder_) finder_->collect(to);
  if (commands_) to.push_back(commands_->wants());
  if (subscriber_) to.push_back(subscriber_->wants());
}

MonotonicTime RedisLink::due() const {
  MonotonicTime first = finder_ ? finder_->due() : kNever;
  if (candidate_ || leave_) return MonotonicTime{};
  if (!commands_) return finder_ && finder_->asking() ? first : std::min(first, try_at_);
  first = std::min({first, commands_->due(), subscriber_->due()});
  return ready_ ? std::min(first, alive_at_) : first;
}

void RedisLink::advance(std::span<const pollfd> polled, MonotonicTime now) {
  if (finder_) finder_->advance(polled, now);
  for (const auto* connection : {&commands_, &subscriber_}) {
    if (!*connection) continue;
    if (const auto done = (*connection)->advance(polled, now); !done) leave(done.error().message);
  }
  if (leave_) drop(*std::exchange(leave_, std::nullopt), now);
  if (commands_ && !ready_ && expected_ == 0) become_ready(now);
  if (!commands_ && !candidate_ && now >= try_at_) begin(now);
  if (candidate_) open(*std::exchange(candidate_, std::nullopt), now);
  if (ready_ && now >= alive_at_) stay_alive(now);
  // A search that failed at once.
  if (leave_) drop(*std::exchange(leave_, std::nullopt), now);
}

void RedisLink::begin(MonotonicTime now) {
  if (!finder_) {
    candidate_ = url_.addresses.front();
  } else if (!finder_->asking()) {
    finder_->ask([this](const auto& address) { found(address); }, now);
  }
}

// Also what the Sentinels say while we have a master: Sentinels that are away are no reason to leave it.
void RedisLink::found(const Result<RedisAddress>& address) {
  if (!commands_) {
    if (address)
      candidate_ = *address;
    else
      leave(address.error().message);
  } else if (address && *address != commands_->address()) {
    leave("the Sentinels name another master, " + address->to_string());
  }
}

void RedisLink::open(const RedisAddress& address, MonotonicTime now) {
  auto commands = RedisConnection::open(address, settings_.patience, now);
  if (!commands) return leave(commands.error().message);
  auto subscriber = RedisConnection::open(address, settings_.patience, now);
  if (!subscriber) return leave(subscriber.error().message);
  commands_ = std::move(*commands);
  subscriber_ = std::move(*subscriber);
  expected_ = 0;

  introduce(*commands_, now);
  introduce_commands(now);
  introduce(*subscriber_, now);
  subscriber_->on_push(events_.pushed);
  for (const std::string& channel : settings_.channels) {
    const std::string_view words[]{"SUBSCRIBE", channel};
    expect(*subscriber_, words, now);
  }
}

void RedisLink::introduce(RedisConnection& connection, MonotonicTime now) {
  std::vector<std::string_view> words{"AUTH"};
  if (!url_.user.empty()) words.push_back(url_.user);
  words.push_back(url_.password);
  if (!url_.password.empty()) expect(connection, words, now);
}

void RedisLink::introduce_commands(MonotonicTime now) {
  if (url_.database != 0) {
    const std::string database = std::to_string(url_.database);
    const std::string_view words[]{"SELECT", database};
    expect(*commands_, words, now);
  }
  ++expected_;
  commands_->send({"ROLE"}, [this](const redisReply* reply) { check_role(reply); }, now);
  ++expected_;
  commands_->send(
      {"SCRIPT", "LOAD", settings_.script},
      [this](const redisReply* reply) {
        script_id_ = text_of(reply);
        answered(reply);
      },
      now);
}

void RedisLink::expect(RedisConnection& connection, std::span<const std::string_view> words, MonotonicTime now) {
  ++expected_;
  connection.send(words, [this](const redisReply* reply) { answered(reply); }, now);
}

void RedisLink::answered(const redisReply* reply) {
  if (!reply) return;
  --expected_;
  if (is_error(reply)) leave(commands_->address().to_string() + ' ' + sentence_about({reply->str, reply->len}));
}

// A Sentinel may be the last to hear of a fail-over; the Redis itself knows what it is. Where only one Redis is named, not letting us ask is
// no reason to leave it: a replica would refuse the writes.
void RedisLink::check_role(const redisReply* reply) {
  if (!reply) return;
  --expected_;
  const bool told = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0;
  if (told ? text_of(reply->element[0]) == "master" : !finder_) return;
  leave(commands_->address().to_string() + ' ' + sentence_about("READONLY"));
}

void RedisLink::become_ready(MonotonicTime now) {
  ready_ = true;
  ready_at_ = now;
  alive_at_ = now + kHeartbeat;
  trouble_.clear();
  if (last_ && *last_ != commands_->address()) ++failovers_;
  last_ = commands_->address();
  events_.ready();
}

void RedisLink::stay_alive(MonotonicTime now) {
  alive_at_ = now + kHeartbeat;
  for (const auto* connection : {&commands_, &subscriber_})
    if ((*connection)->due() == kNever) (*connection)->send({"PING"}, [](auto) {}, now);
  if (finder_ && !finder_->asking()) finder_->ask([this](const auto& address) { found(address); }, now);
}

void RedisLink::load_script(MonotonicTime now) {
  if (ready_) commands_->send({"SCRIPT", "LOAD", settings_.script}, [](auto) {}, now);
}

void RedisLink::drop(const std::string& why, MonotonicTime now) {
  // One that stayed for a while was no false start.
  if (ready_ && now - ready_at_ > kLongestPause) pause_ = kFirstPause;
  try_at_ = now + some_of(pause_);
  pause_ = std::min(2 * pause_, kLongestPause);
  trouble_ = why;
  const bool was_ready = ready_;
  close();
  if (was_ready) events_.lost();
}

void RedisLink::close() {
  ready_ = false;
  commands_.reset();
  subscriber_.reset();
  candidate_.reset();
}

}  // namespace harbinger::persona
