// What is planned, what there is and what users are, as JSON for programs and as tables for people. No page shows a name of a user.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "orchestrate/engine.h"

namespace harbinger::orchestration {

std::string state_json(const orchestrate::OrchestrationEngine::State& state);
std::string state_text(const orchestrate::OrchestrationEngine::State& state);
std::string actions_json(const std::vector<orchestrate::Action>& actions);
std::string actions_text(const std::vector<orchestrate::Action>& actions);
std::string resources_json(const std::vector<orchestrate::Resource>& resources);
std::string resources_text(const std::vector<orchestrate::Resource>& resources);
std::string user_json(const orchestrate::OrchestrationEngine::UserState& user);
std::string user_text(const orchestrate::OrchestrationEngine::UserState& user);
std::string why_json(std::uint64_t action, const std::vector<std::string>& sentences);
std::string why_text(std::uint64_t action, const std::vector<std::string>& sentences);
std::string claim_json(const orchestrate::OrchestrationEngine::Claim& claim);

}  // namespace harbinger::orchestration
