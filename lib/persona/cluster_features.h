// What is said of a cluster in numbers that people understand.
#pragma once

#include <span>

#include "persona/client_state.h"
#include "persona/features.h"

namespace harbinger::persona {

/// Of these clients together; NaN where nothing is known. Pure.
Features features_of(std::span<const ClientState* const> clients) noexcept;

}  // namespace harbinger::persona
