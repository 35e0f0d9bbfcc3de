// From our values to what travels, and back. The generated classes are only named here.
#pragma once

#include <vector>

#include "orchestrate/rpc/orchestration_server.h"

namespace harbinger::orchestration::v1 {
class Act;
class Action;
class Desired;
class Need;
class Resource;
class User;
}  // namespace harbinger::orchestration::v1

namespace harbinger::orchestrate {

void write(const Action& action, orchestration::v1::Action& out);
void write(const Resource& resource, orchestration::v1::Resource& out);
/// With the actions of the plan that are for this user.
void write(const OrchestrationEngine::UserState& user, const std::vector<Action>& plan,
           orchestration::v1::Desired& out);

/// Of a claim. `malformed` says what would be right: a kind is needed, texts have at most 127 octets, and a count at most 1000.
Result<Need> read_need(const orchestration::v1::Need& said);
/// Names are hashed by `settings`. `malformed` where nobody or a key that is none is said.
Result<ActorKey> read_user(const orchestration::v1::User& said, const ServerSettings& settings);
/// Borrows from `said`, and from `needs`, which must have room for one.
ActivityRecord read_act(const orchestration::v1::Act& said, std::vector<Need>& needs);

}  // namespace harbinger::orchestrate
