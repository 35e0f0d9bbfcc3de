// Between our values and what travels: every field, both ways. The generated classes are only named here.
#pragma once

#include <vector>

#include <harbinger/persona_engine.h>
#include <harbinger/result.h>
#include "persona/rpc/status.h"

namespace harbinger::persona::v1 {
class Ask;
class AssignRequest;
class AssignResponse;
class Assignment;
class Event;
class ExplainResponse;
class GetStateResponse;
class ReportRequest;
class ReportResponse;
class WatchResponse;
}  // namespace harbinger::persona::v1

namespace harbinger::persona {

/// To travel.
void write(const PersonaAsk& ask, v1::Ask& out);
void write(const BehaviourEvent& event, v1::Event& out);
void write(const PersonaAssignment& assignment, v1::Assignment& out);
void write(const PersonaEngine::Receipt& receipt, v1::ReportResponse& out);
void write(const PersonaExplanation& explanation, v1::ExplainResponse& out);
void write(const PersonaEngine::State& state, v1::GetStateResponse& out);
/// Several messages where one would be larger than `most` octets, as far as it is made of parts that are not.
std::vector<v1::WatchResponse> write(const PersonaUpdate& update, std::size_t most);

/// Back. Views point into what is read. What a number of ours cannot hold becomes something that EventFault knows, or nothing known.
PersonaAsk read(const v1::Ask& ask);
BehaviourEvent read(const v1::Event& event);
PersonaAssignment read(const v1::Assignment& assignment);
PersonaEngine::Receipt read(const v1::ReportResponse& response);
PersonaUpdate read(const v1::WatchResponse& response);
PersonaExplanation read(const v1::ExplainResponse& response);
PersonaEngine::State read(const v1::GetStateResponse& response);
/// `malformed` unless there are `wanted` of them with numbers that exist.
Result<std::vector<PersonaAssignment>> read(const v1::AssignResponse& response, std::size_t wanted);

}  // namespace harbinger::persona
