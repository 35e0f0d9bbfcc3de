// Changing zones of other DNS servers (RFC 2136), and seeing that the change is there.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/tsig.h>
#include <harbinger/update.h>

namespace harbinger::net {

/// A primary that takes changes.
struct UpdateServer {
  SocketAddress address{};
  std::shared_ptr<const TsigKey> key{};         ///< null: without a signature, for servers that go by address
  Duration patience = std::chrono::seconds(5);  ///< with one change, over all tries
  Duration try_patience = std::chrono::seconds(2);
};

/// A change that was made. Nothing tells of changes that came to nothing because all was so already.
struct UpdateDone {
  /// What the server granted; nullopt where none was asked for, and from servers that know no leases: they keep the change until it is taken back.
  std::optional<UpdateLease> lease{};
};

enum class LeaseSupport : std::uint8_t { unknown, yes, no };

/// What a server is expected to answer.
struct Expected {
  SocketAddress server{};
  Name name{};
  RRType type{};
  std::vector<Rdata> rdatas{};  ///< exactly these, in any order; none: no such records
  Duration patience = std::chrono::seconds(5);
};

/// Changes go over TCP, on one thread of its own. Any thread may call; nothing blocks. What `done` and `seen` are: called once, on that thread, unless
/// the updater is gone before.
class DnsUpdater {
 public:
  /// `clock` tells when messages are signed. A server with another time refuses them as BADTIME; that is told, and nobody else's clock is used instead.
  static std::unique_ptr<DnsUpdater> make(const Clock& clock = system_clock());
  virtual ~DnsUpdater() = default;

  /// Changes of one zone on one server are made one after the other, in the order of the calls. Those that wait, ask for no prerequisite, want the same
  /// lease and speak of different names are sent as one, and of those that write the same set anew (`replace_set`) only the last; if that is refused,
  /// each again by itself.
  ///
  /// A try is repeated, after pauses that double, when nothing was sent, when the server said SERVFAIL, and, for changes that are the same when made twice,
  /// when no reply came: so `replace_set` beats prerequisites where servers may die. Errors:
  ///   conflict     a prerequisite did not hold; nothing was changed
  ///   denied       the server does not take it: key, time, policy, another primary; nothing was changed
  ///   malformed    FORMERR or NOTZONE, or a message too large; nothing was changed
  ///   unsupported  NOTIMP; nothing was changed
  ///   unreachable  nothing was sent, or SERVFAIL; nothing was changed
  ///   timeout      sent, and no reply that can be believed: it is not known whether it was made. It may even be made later, if the server stands still
  using Done = std::function<void(Result<UpdateDone>)>;
  virtual void change(const UpdateServer& server, UpdateMessage update, Done done) = 0;

  /// Asks over UDP, or TCP where that does not do, again and again until the answer is as expected; tells how long that took. `timeout` with the last
  /// answer in words.
  using Seen = std::function<void(Result<Duration>)>;
  virtual void visible(const Expected& expected, Seen seen) = 0;

  /// Learnt from answers to changes with a lease. Until it is yes, a change must be taken back by who made it.
  virtual LeaseSupport leases(const SocketAddress& server) const = 0;
};

}  // namespace harbinger::net
