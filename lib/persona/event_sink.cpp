#include "persona/event_sink.h"

#include <atomic>
#include <memory>

namespace harbinger::persona {

namespace {

// Lives until the last answer is there.
struct Waiting {
  std::atomic<std::size_t> events{0};
  std::atomic<bool> trouble{false};
};

PersonaEngine::Receipt hand_over(PersonaEngine& engine, const std::shared_ptr<Waiting>& waiting, std::size_t most,
                                 std::span<const BehaviourEvent> events) {
  const auto before = waiting->events.fetch_add(events.size());
  if (before + events.size() > (waiting->trouble ? events.size() : most)) {
    waiting->events.fetch_sub(events.size());
    return {.shed = events.size()};
  }
  engine.report(events, [waiting, size = events.size()](const Result<PersonaEngine::Receipt>& receipt) {
    waiting->trouble = !receipt || receipt->shed != 0;
    waiting->events.fetch_sub(size);
  });
  return {.taken = events.size()};
}

}  // namespace

EventSink sink_of(PersonaEngine& engine, std::size_t most_waiting) {
  return [&engine, waiting = std::make_shared<Waiting>(), most_waiting](std::span<const BehaviourEvent> events) {
    return hand_over(engine, waiting, most_waiting, events);
  };
}

}  // namespace harbinger::persona
