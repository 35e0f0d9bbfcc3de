#include "persona/redis_sentinel.h"

#include <charconv>
#include <optional>
#include <utility>

#include "persona/redis_errors.h"

namespace harbinger::persona {

namespace {

std::optional<RedisAddress> address_in(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 2) return std::nullopt;
  const std::string_view host = text_of(reply.element[0]), port = text_of(reply.element[1]);
  RedisAddress address;
  address.host = host;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  const bool whole = error == std::errc() && end == port.data() + port.size() && address.port != 0 && !host.empty();
  return whole ? std::optional(address) : std::nullopt;
}

}  // namespace

MasterFinder::MasterFinder(const RedisUrl& url, Duration patience) : url_(url), patience_(patience) {}

void MasterFinder::ask(Found found, MonotonicTime now) {
  found_ = std::move(found);
  tried_ = 0;
  try_next(now);
}

void MasterFinder::try_next(MonotonicTime now) {
  while (found_ && tried_ < url_.addresses.size()) {
    ++tried_;
    refused_ = false;
    if (!connection_) {
      auto opened = RedisConnection::open(url_.addresses[current_], patience_, now);
      if (!opened) {
        why_ = opened.error().message;
        current_ = (current_ + 1) % url_.addresses.size();
        continue;
      }
      connection_ = std::move(*opened);
      // Sentinels may have the password of Redis, or none; those without one complain, and answer all the same.
      if (!url_.password.empty() && url_.user.empty()) connection_->send({"AUTH", url_.password}, [](auto) {}, now);
      if (!url_.user.empty()) connection_->send({"AUTH", url_.user, url_.password}, [](auto) {}, now);
    }
    connection_->send(
        {"SENTINEL", "get-master-addr-by-name", url_.master}, [this](const redisReply* reply) { answered(reply); },
        now);
    return;
  }
  finish(fail(ErrorCode::unreachable, "no Sentinel knows the master; the last one: " + why_));
}

void MasterFinder::answered(const redisReply* reply) {
  if (!reply) return;  // the connection ended, which advance() sees
  if (auto address = address_in(*reply)) return finish(*std::move(address));
  refused_ = true;
  const std::string who = url_.addresses[current_].to_string();
  why_ = is_error(reply) ? who + ' ' + sentence_about({reply->str, reply->len})
                         : who + " knows no master of the name in the URL; see `sentinel monitor` in its configuration";
}

void MasterFinder::finish(const Result<RedisAddress>& result) {
  if (const Found found = std::exchange(found_, nullptr)) found(result);
}

void MasterFinder::collect(std::vector<pollfd>& to) const {
  if (connection_) to.push_back(connection_->wants());
}

void MasterFinder::advance(std::span<const pollfd> polled, MonotonicTime now) {
  if (!connection_) return;
  const auto done = connection_->advance(polled, now);
  if (done && !refused_) return;
  if (!done) why_ = done.error().message;
  connection_.reset();
  current_ = (current_ + 1) % url_.addresses.size();
  if (found_) try_next(now);
}

}  // namespace harbinger::persona
