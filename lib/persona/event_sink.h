// Where sensors hand events over.
#pragma once

#include <functional>
#include <span>

#include <harbinger/behaviour.h>
#include <harbinger/persona_engine.h>

namespace harbinger::persona {

/// Takes a batch at once, without waiting. taken + rejected + shed = handed over. Any thread.
using EventSink = std::function<PersonaEngine::Receipt(std::span<const BehaviourEvent>)>;

/// Hands events to an engine that answers later. At most `most_waiting` events are unanswered at a time; beyond it, and while an engine in trouble
/// (it shed events, or did not answer) has a batch unanswered, events are shed here. `taken` are those that the engine was given. The engine must
/// outlive the sink and its copies.
EventSink sink_of(PersonaEngine& engine, std::size_t most_waiting = 65'536);

}  // namespace harbinger::persona
