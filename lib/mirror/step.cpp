#include "mirror/step.h"

#include <array>

namespace harbinger::mirror {

namespace {

constexpr std::array<std::string_view, 9> kSteps{"wanted", "filling",  "verifying", "publishing", "published",
                                                 "away",   "draining", "withdrawn", "failed"};
constexpr std::array<std::string_view, 6> kVerdicts{"good",        "missing",   "wrong",
                                                    "unreachable", "too large", "no reference"};

}  // namespace

std::string_view to_string(Step step) noexcept { return kSteps[static_cast<std::size_t>(step)]; }
std::string_view to_string(Verdict verdict) noexcept { return kVerdicts[static_cast<std::size_t>(verdict)]; }

}  // namespace harbinger::mirror
