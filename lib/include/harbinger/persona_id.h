// The number of a persona, for those who need nothing else of it.
#pragma once

#include <cstdint>

namespace harbinger {

/// A class of behaviour, as a small number; 0 is the default persona that everybody has until an engine says otherwise.
using PersonaId = std::uint8_t;

}  // namespace harbinger
