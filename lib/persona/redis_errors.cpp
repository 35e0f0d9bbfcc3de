#include "persona/redis_errors.h"

#include <harbinger/log.h>

#include <algorithm>
#include <array>

namespace harbinger::persona {

namespace {

struct Known {
  std::string_view word;
  Reaction reaction;
  std::string_view sentence;
};

constexpr std::array kKnown{
    Known{"READONLY", Reaction::search, "is a replica and takes no writes; name the master, or use redis+sentinel://"},
    Known{"MASTERDOWN", Reaction::search, "is a replica without its master"},
    Known{"LOADING", Reaction::search, "is still reading its data set"},
    Known{"BUSY", Reaction::wait, "is held up by somebody's script"},
    Known{"TRYAGAIN", Reaction::wait, "asks to try again"},
    Known{"CLUSTERDOWN", Reaction::wait, "is part of a cluster that is down"},
    Known{"MOVED", Reaction::lose, "is part of a Redis Cluster, which is not supported; use one Redis or Sentinel"},
    Known{"CROSSSLOT", Reaction::lose, "is part of a Redis Cluster, which is not supported; use one Redis or Sentinel"},
    Known{"MISCONF", Reaction::wait, "takes no writes because it cannot save its data to disk; see its log"},
    Known{"NOREPLICAS", Reaction::wait, "takes no writes because it has too few replicas (min-replicas-to-write)"},
    Known{"OOM", Reaction::lose, "has no memory left (maxmemory); raise it or set maxmemory-policy volatile-ttl"},
    Known{"NOAUTH", Reaction::search, "wants a password; put it into the URL: redis://:password@host"},
    Known{"WRONGPASS", Reaction::search, "does not accept the user and password of the URL"},
    Known{"NOPERM", Reaction::lose,
          "does not let this user do that; it needs ~harbinger:* &harbinger:* (or your prefix) "
          "+@read +@write +@scripting +@pubsub +@connection +role"},
    Known{"NOSCRIPT", Reaction::load, "has forgotten our script"},
};

const Known* known(std::string_view error) {
  const std::string_view word = error.substr(0, error.find(' '));
  const auto found = std::ranges::find(kKnown, word, &Known::word);
  return found == kKnown.end() ? nullptr : &*found;
}

// Redis before 7 tells of trouble inside a script so, with what redis.call met inside the sentence.
std::string_view unwrapped(std::string_view error) {
  constexpr std::string_view kCalled = "@user_script: ";
  if (!error.starts_with("ERR Error running script")) return error;
  std::string_view rest = error;
  for (auto at = rest.find(kCalled); at != rest.npos; at = rest.find(kCalled)) rest.remove_prefix(at + kCalled.size());
  while (!rest.empty() && (rest[0] == '-' || rest[0] == ' ' || rest[0] == ':' || (rest[0] >= '0' && rest[0] <= '9')))
    rest.remove_prefix(1);
  return rest;
}

}  // namespace

Reaction reaction_to(std::string_view error) {
  const Known* found = known(unwrapped(error));
  return found ? found->reaction : Reaction::lose;
}

std::string sentence_about(std::string_view error) {
  const std::string_view plain = unwrapped(error);
  if (const Known* found = known(plain)) return std::string(found->sentence);
  if (plain.find("without any password configured") != plain.npos)
    return "has no password, but the URL has; leave it out, or set requirepass";
  if (plain.find("DB index is out of range") != plain.npos) return "has fewer databases than the number in the URL";
  // Unknown commands and arguments are repeated by Redis, and ours hold keys of clients.
  constexpr std::size_t kEnough = 80;
  return "says no: " + escape_for_log(plain.substr(0, std::min(kEnough, plain.find('\''))));
}

}  // namespace harbinger::persona
