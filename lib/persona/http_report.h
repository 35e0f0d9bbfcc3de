// What a reporter posts, without the socket.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/persona_engine.h>

namespace harbinger::persona {

/// The bodies that events make, each of at most about `most` octets, with the number of its events.
struct ReportBody {
  std::string text;
  std::size_t events = 0;
};
std::vector<ReportBody> report_bodies(std::span<const BehaviourEvent> events, UnixMillis now, std::size_t most);

/// What the endpoint's answer to so many events means. Errors: denied (with its reason), malformed.
Result<PersonaEngine::Receipt> read_receipt(unsigned status, std::string_view body, std::size_t events);

}  // namespace harbinger::persona
