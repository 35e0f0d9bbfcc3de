// Which word did you mean?
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harbinger::config {

/// The candidate that is written most like `word`, or empty when none is near: at most a third of its letters may
/// differ. Letters that changed places count as one difference. Without case.
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

/// `a`, `a and b`, `a, b and c`, each in backquotes.
std::string list_of_words(const std::vector<std::string>& words);

}  // namespace harbinger::config
