#include "mirror/redis_share_writer.h"

#include <utility>

#include <harbinger/access.h>

#include "mirror/share_codec.h"
#include "persona/redis_errors.h"

namespace harbinger::mirror {

namespace {

constexpr int kMostTries = 4;
// Lua's numbers are exact up to here.
constexpr std::uint64_t kMostVersion = std::uint64_t{1} << 53;

std::string name_of(const Publication& what) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto resource = resource_hash(what.resource);
  std::string name;
  for (int shift = 60; shift >= 0; shift -= 4) name += kDigits[resource >> shift & 15];
  return name + ':' + what.cluster;
}

std::string text_of(std::chrono::milliseconds time) { return std::to_string(time.count()); }

}  // namespace

void RedisShareWriter::give_up(const Order& order, const std::string& why) {
  order.done(fail(ErrorCode::unreachable, "whether " + order.what.resource + " is published is not known: " + why));
}

void RedisShareWriter::write(std::vector<Order> orders) {
  for (auto& order : orders) send(std::move(order));
}

void RedisShareWriter::advance() {
  for (auto& order : std::exchange(waiting_, {})) send(std::move(order));
}

void RedisShareWriter::lost() {
  for (const auto& order : std::exchange(waiting_, {})) give_up(order, "the way to Redis was lost");
}

void RedisShareWriter::send(Order order) {
  if (!link_.ready()) return give_up(order, "Redis is away");
  if (order.what.version >= kMostVersion) return order.done(fail(ErrorCode::too_large, "a version must be below 2^53"));
  std::string epoch, change;
  {
    const std::lock_guard lock(parts_.memory.lock);
    const auto& view = parts_.memory.members.view();
    if (view.sent < order.after) return waiting_.push_back(std::move(order));
    epoch = view.epoch;
    change = std::to_string(view.change);
  }
  if (!parts_.owns(resource_hash(order.what.resource), order.what.cluster, Duration{}))
    return order.done(fail(ErrorCode::conflict, "another server decides about " + order.what.resource));
  const std::string name = name_of(order.what);
  const auto version = std::to_string(order.what.version), lease = text_of(order.what.lease);
  const std::string body = encode_publication(order.what);
  call(
      link_,
      {{parts_.key("members"), parts_.key("p:" + name), parts_.key("published")},
       {"publish", parts_.self(), epoch, change, version, lease, body, parts_.key("publications"), name}},
      [this, order](const redisReply* reply) { answered(reply, order); }, parts_.clock.now());
}

void RedisShareWriter::answered(const redisReply* reply, Order order) {
  if (!reply) return give_up(order, "Redis did not answer");
  if (persona::is_error(reply)) return refused({reply->str, reply->len}, std::move(order));
  const auto word = word_at(reply, 0);
  if (word == "kept" || word == "newer") parts_.take(word_at(reply, 2));
  if (word == "kept") return order.done({});
  if (word == "newer")
    return order.done(fail(ErrorCode::conflict, "there is a later publication of " + order.what.resource));
  // Somebody came or went. Whether this server is still the owner is known when it has asked who is there.
  if (++order.tries >= kMostTries)
    return order.done(fail(ErrorCode::conflict, "servers come and go; another one may decide"));
  order.after = parts_.clock.now();
  members_.soon();
  waiting_.push_back(std::move(order));
}

void RedisShareWriter::refused(std::string_view error, Order order) {
  const auto reaction = persona::reaction_to(error);
  if (reaction == persona::Reaction::load && ++order.tries < kMostTries) {
    link_.load_script(parts_.clock.now());
    return waiting_.push_back(std::move(order));
  }
  const std::string sentence = link_.master() + ' ' + persona::sentence_about(error);
  if (reaction == persona::Reaction::search) link_.leave(sentence);
  parts_.trouble(sentence);
  give_up(order, sentence);
}

// A cluster of which nothing is told any more gets an empty batch, in place of the last one.
void RedisShareWriter::tell(std::map<std::string, ForecastBatch> batches) {
  for (const auto& [cluster, batch] : told_)
    if (!batch.rows.empty()) batches.try_emplace(cluster);
  const auto now = parts_.clock.now();
  for (auto& [cluster, batch] : batches) {
    batch.until = now + parts_.settings.forecasts_kept;
    if (link_.ready()) send_batch(cluster, batch);
    const std::lock_guard lock(parts_.memory.lock);
    parts_.memory.forecasts.take(cluster, parts_.self(), batch, now);
  }
  told_ = std::move(batches);
}

void RedisShareWriter::tell_again() {
  for (const auto& [cluster, batch] : told_)
    if (parts_.clock.now() < batch.until) send_batch(cluster, batch);
}

void RedisShareWriter::send_batch(const std::string& cluster, const ForecastBatch& batch) {
  const std::string name = parts_.self() + ':' + cluster;
  call(
      link_,
      {{parts_.key("members"), parts_.key("f:" + name), parts_.key("told")},
       {"tell", text_of(parts_.settings.forecasts_kept), encode_rows(batch.rows), parts_.key("forecasts"), name}},
      [this](const redisReply* reply) {
        if (persona::is_error(reply))
          parts_.trouble(link_.master() + ' ' + persona::sentence_about({reply->str, reply->len}));
      },
      parts_.clock.now());
}

}  // namespace harbinger::mirror
