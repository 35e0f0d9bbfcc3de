// Personas and explanations as text for people and as JSON for programs.
#pragma once

#include <span>
#include <string>

#include <harbinger/persona_engine.h>

namespace harbinger::persona {

/// A line for each, those with most clients first.
std::string as_table(std::span<const PersonaProfile> personas);
std::string as_page(const PersonaProfile& persona);
std::string as_page(const PersonaExplanation& explanation);

std::string as_json(std::span<const PersonaProfile> personas);
std::string as_json(const PersonaExplanation& explanation);

}  // namespace harbinger::persona
