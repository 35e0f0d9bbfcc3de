// Asks that were handed over together, with the text that they refer to.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/persona_engine.h>

namespace harbinger::persona {

/// Owns what it holds. `waiting`: what has to be heard from others before it can be answered.
struct Asks {
  Asks(std::span<const PersonaAsk> given, PersonaEngine::Assigned then);
  Asks(const Asks&) = delete;

  std::vector<PersonaAsk> asks;
  PersonaEngine::Assigned done;
  std::size_t waiting = 0;
  MonotonicTime since;  ///< when it began to wait
  bool answered = false;

 private:
  std::string text_;
};

}  // namespace harbinger::persona
