// Logs of control planes, as sequences of acts.
#pragma once

#include <string>
#include <vector>

#include "orchestrate/activity_format.h"
#include "server/replay/next_feed.h"

namespace harbinger::replay {

/// Acts in the order of time. What is said of a user are numbers of `Names`; nothing of a log leaves the replay.
struct ActLog {
  struct Act {
    UnixMillis at = 0;
    std::uint32_t actor = 0, what = 0, scope = 0;
    orchestrate::ActivityOutcome outcome{};
    orchestrate::ActorClass actor_class{};
    bool changes = false;
  };
  Names actors{}, whats{}, scopes{};  ///< what: source, kind and verb
  std::vector<Act> acts{};
  std::uint64_t records = 0, repeated = 0, nameless = 0;  ///< read; told twice; without an actor or a time
};

/// Appends what the files tell, in the order of time among itself. Records that tell the same request of the same actor and time again are left out. An
/// error only when a file cannot be opened.
Result<void> read_acts(const std::vector<std::string>& files, orchestrate::ActivityFormat& format,
                       Complaints& complaints, ActLog& log);

/// What each actor does next; traits: outcome, class of actor, whether it changes something, scope. A pause longer than `gap` ends what belongs together.
NextFeed acts_of_actors(const ActLog& log, std::size_t score_from, UnixMillis gap);
/// What is done next in the whole log, whoever does it; the last trait is the actor.
NextFeed acts_of_all(const ActLog& log, std::size_t score_from, UnixMillis gap);

}  // namespace harbinger::replay
