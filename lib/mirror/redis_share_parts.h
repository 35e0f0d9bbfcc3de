// What the parts of a share over Redis work with: what is known, and how the script is called.
#pragma once

#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/listeners.h"
#include "mirror/redis_share.h"
#include "mirror/share_forecasts.h"
#include "mirror/share_members.h"
#include "mirror/share_publications.h"
#include "persona/redis_link.h"

namespace harbinger::mirror {

/// The share's thread writes it, everybody reads it; nobody holds the lock for longer than a look-up.
struct ShareMemory {
  mutable std::mutex lock;
  ShareMembers members;
  SharePublications publications{};
  ShareForecasts forecasts{};
  MirrorShare::State state{};
};

struct ShareParts {
  const RedisShareSettings settings;
  const Clock& clock;
  const Logger log;
  ShareMemory memory;
  Listeners<void(const Publication&)> listeners{};

  std::string key(std::string_view rest) const { return settings.prefix + "mirror:" + std::string(rest); }
  const std::string& self() const { return memory.members.self(); }
  bool owns(std::uint64_t resource, std::string_view cluster, Duration margin) const;
  /// A time of the store's clock on ours, as early as it may be. Nothing before the first view.
  std::optional<MonotonicTime> local(std::int64_t store_ms) const;
  /// Takes a value that the store keeps ("VERSION UNTIL BODY") and tells the listeners if it is news.
  void take(std::string_view stored);
  /// What Redis says no with. Empty: it does not any more.
  void trouble(std::string text);
};

/// An operation of the script. Sends nothing while the link is away.
struct ShareCall {
  std::initializer_list<std::string> keys;
  std::initializer_list<std::string> arguments;
};
void call(persona::RedisLink& link, const ShareCall& what, persona::RedisConnection::Answered answered,
          MonotonicTime now);

/// The word of an array answer at a place; empty for all else.
std::string_view word_at(const redisReply* reply, std::size_t place);
std::optional<std::int64_t> number_at(const redisReply* reply, std::size_t place);

}  // namespace harbinger::mirror
