// What Redis says no with, what is done then, and how a person is told.
#pragma once

#include <string>
#include <string_view>

namespace harbinger::persona {

enum class Reaction : unsigned char {
  search,  ///< this one is not (or not yet) who takes writes: ask for the master again, keep what was to be written
  wait,    ///< keep it and try again in a second; reading goes on
  load,    ///< the scripts were forgotten: bring them again, then go on
  lose,    ///< it will not get in: count it as lost
};

/// By the first word of an error answer.
Reaction reaction_to(std::string_view error);

/// One sentence with the cause and, where there is one, the remedy. Holds nothing of what was sent.
std::string sentence_about(std::string_view error);

}  // namespace harbinger::persona
