// Between our values and what travels: every field, both ways. The generated classes are only named here.
#pragma once

#include <utility>
#include <vector>

#include "edge/messages.h"
#include "edge/rpc/hub_server.h"
#include "edge/rpc/outbox.h"

namespace harbinger::edge::v1 {
class Access;
class EventReport;
class Hello;
class Job;
class JobDone;
class Latency;
class LatencyReport;
class Line;
class SessionRequest;
class SessionResponse;
class Status;
}  // namespace harbinger::edge::v1

namespace harbinger::edge {

/// To travel.
void write(const Hello& hello, v1::Hello& out);
void write(const EdgeWords& words, v1::SessionRequest& out);
void write(const HubWords& words, v1::SessionResponse& out);

/// Back. What an enum of ours cannot hold, and an address of no such length, becomes something that tidy() refuses.
Hello read(const v1::Hello& in);
Status read(const v1::Status& in);
Latency read(const v1::Latency& in);
Fetched read(const v1::Access& in);
JobDone read(const v1::JobDone& in);
Job read(const v1::Job& in);
Line read(const v1::Line& in);
/// Errors say what is wrong.
Result<LatencyReport> read(const v1::LatencyReport& in);
Result<EventReport> read(const v1::EventReport& in);

/// What of some parts that have come may be used, as `may_use` says of each.
template <class Parts, class MayUse>
auto read_usable(const Parts& parts, MayUse may_use) {
  std::vector<decltype(read(*parts.begin()))> usable;
  for (const auto& part : parts) {
    auto each = read(part);
    if (may_use(each)) usable.push_back(std::move(each));
  }
  return usable;
}

}  // namespace harbinger::edge
