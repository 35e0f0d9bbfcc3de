#include "persona/redis_connection.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "net/host_resolver.h"

namespace harbinger::persona {

namespace {

// hiredis asks the system's resolver, which may take longer than we have; so it gets addresses only.
Result<std::string> address_of(const std::string& host, Duration patience) {
  if (IpAddress::parse(host)) return host;
  const auto found = net::resolve_host(host, patience);
  if (!found) return fail(found.error());
  return found->front().to_string();
}

Result<redisContext*> begin_connect(const RedisAddress& address, Duration patience) {
  if (!address.path.empty()) return redisConnectUnixNonBlock(address.path.c_str());
  const auto host = address_of(address.host, patience);
  if (!host) return fail(host.error());
  return redisConnectNonBlock(host->c_str(), address.port);
}

}  // namespace

std::string_view text_of(const redisReply* reply) {
  const bool text = reply && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
  return text ? std::string_view(reply->str, reply->len) : std::string_view();
}

bool is_error(const redisReply* reply) { return reply && reply->type == REDIS_REPLY_ERROR; }

Result<std::unique_ptr<RedisConnection>> RedisConnection::open(const RedisAddress& address, Duration patience,
                                                               MonotonicTime now) {
  const auto context = begin_connect(address, patience);
  if (!context) return fail(context.error());
  if (!*context) return fail(ErrorCode::unreachable, "no memory for a connection to " + address.to_string());
  std::unique_ptr<RedisConnection> connection(new RedisConnection(address, *context, patience, now));
  if ((*context)->err) return connection->trouble();
  // A program that somebody starts must not inherit our sockets.
  fcntl((*context)->fd, F_SETFD, FD_CLOEXEC);
  return connection;
}

RedisConnection::RedisConnection(RedisAddress address, redisContext* context, Duration patience, MonotonicTime now)
    : address_(std::move(address)), context_(context), patience_(patience), moved_(now), heard_(now) {}

RedisConnection::~RedisConnection() {
  // A handler may send once more; that is not answered any more, either.
  while (!awaited_.empty()) {
    const Answered answered = std::move(awaited_.front());
    awaited_.pop_front();
    answered(nullptr);
  }
}

void RedisConnection::send(std::span<const std::string_view> words, Answered answered, MonotonicTime now) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  if (awaited_.empty()) moved_ = now;
  awaited_.push_back(std::move(answered));
  // Without memory for it the command would have no answer, and all later ones the wrong one: hiredis says no to everything from then on.
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data());
  unwritten_ = true;
}

pollfd RedisConnection::wants() const {
  return {context_->fd, static_cast<short>(POLLIN | (unwritten_ ? POLLOUT : 0)), 0};
}

MonotonicTime RedisConnection::due() const { return awaited_.empty() ? kNever : moved_ + patience_; }

Result<void> RedisConnection::advance(std::span<const pollfd> polled, MonotonicTime now) {
  const auto mine = std::ranges::find(polled, context_->fd, &pollfd::fd);
  const short events = mine == polled.end() ? short{0} : mine->revents;
  if (unwritten_ && (events & POLLOUT))
    if (auto done = write(now); !done) return done;
  if (events & (POLLIN | POLLERR | POLLHUP))
    if (auto done = read(now); !done) return done;
  if (now < due()) return {};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience_).count();
  return fail(ErrorCode::timeout, address_.to_string() + " does not answer within " + std::to_string(ms) + " ms");
}

Result<void> RedisConnection::write(MonotonicTime now) {
  int done = 0;
  if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return trouble();
  unwritten_ = !done;
  moved_ = now;
  return {};
}

Result<void> RedisConnection::read(MonotonicTime now) {
  if (redisBufferRead(context_.get()) != REDIS_OK) return trouble();
  moved_ = heard_ = now;
  while (true) {
    void* raw = nullptr;
    if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) return trouble();
    if (!raw) return {};
    const std::unique_ptr<redisReply, Free> reply(static_cast<redisReply*>(raw));
    hand_on(*reply);
  }
}

// A message on a channel may come between a command and its answer, and looks like an answer.
void RedisConnection::hand_on(const redisReply& reply) {
  if (pushed_ && reply.type == REDIS_REPLY_ARRAY && reply.elements == 3 && text_of(reply.element[0]) == "message")
    return pushed_(text_of(reply.element[1]), text_of(reply.element[2]));
  if (awaited_.empty()) return;
  const Answered answered = std::move(awaited_.front());
  awaited_.pop_front();
  answered(&reply);
}

std::unexpected<Error> RedisConnection::trouble() const {
  return fail(ErrorCode::unreachable, address_.to_string() + ": " + context_->errstr);
}

}  // namespace harbinger::persona
