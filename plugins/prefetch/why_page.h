// Why a client would get a hint of a resource, or not: for people, and for programs.
#pragma once

#include <string>
#include <string_view>

#include <harbinger/foresight.h>

#include "plugins/prefetch/hint_chooser.h"

namespace harbinger::prefetch {

/// Everything that is told.
struct WhyReport {
  std::string name, client, mode;
  Foresight::Why why{};
  Foresight::State state{};
  HintChoice choice{};  ///< as if the client asked for hints with its latest resource
  std::string current;  ///< that resource
  float pressure = 0;
  TokenBudget::Left client_left{}, resource_left{}, global_left{};  ///< of the budgets
  HintPolicy policy{};
};

std::string as_text(const WhyReport& report);
/// {"name", "client", "mode", "recent", "guess", "terms", "likeliest", "hints", "model"}
std::string as_json(const WhyReport& report);

}  // namespace harbinger::prefetch
