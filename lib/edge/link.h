// The two ends of an edge's session, free of gRPC.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <harbinger/result.h>
#include "edge/messages.h"

namespace harbinger::edge {

/// The way to an edge that has joined. Any thread; nothing blocks. What cannot be sent because the edge is slow or gone is dropped: whoever
/// needs an answer has a time limit.
class EdgeLink {
 public:
  virtual ~EdgeLink() = default;
  virtual void send(std::span<const Job> jobs) = 0;
  virtual void send(std::span<const Line> lines) = 0;
  /// Ends the session; the edge is told why, and comes again later.
  virtual void close(std::string why) = 0;
};

/// What a host has of an edge that has joined. Told by one thread at a time. Its end is the session's: the edge is gone.
class EdgeSession {
 public:
  virtual ~EdgeSession() = default;
  virtual void status(const Status& status) = 0;
  virtual void latencies(std::span<const Latency> latencies) = 0;
  virtual void fetched(std::span<const Fetched> accesses) = 0;
  virtual void done(std::span<const JobDone> jobs) = 0;
  virtual void lines(std::span<const Line> lines) = 0;
};

/// Who edges join: the DNS server. Any thread.
class EdgeHost {
 public:
  virtual ~EdgeHost() = default;
  /// An edge comes in over `link`. Errors (conflict, denied, malformed) are told to the edge.
  virtual Result<std::unique_ptr<EdgeSession>> join(const Hello& hello, std::shared_ptr<EdgeLink> link) = 0;
};

/// What an edge hears. On a thread of the uplink's; nothing may block for long.
struct UplinkEvents {
  std::function<void(std::span<const Job>)> jobs;
  std::function<void(std::span<const Line>)> lines;
  std::function<void(bool connected)> connected;
};

/// The edge's end: a session that is made again, after pauses, whenever it ends. Any thread; nothing blocks. While there is no session,
/// what is said is dropped.
class Uplink {
 public:
  virtual ~Uplink() = default;
  virtual void status(const Status& status) = 0;
  virtual void latencies(std::span<const Latency> latencies) = 0;
  virtual void fetched(std::span<const Fetched> accesses) = 0;
  virtual void done(std::span<const JobDone> jobs) = 0;
  virtual void lines(std::span<const Line> lines) = 0;
  virtual bool connected() const = 0;
};

}  // namespace harbinger::edge
