// One line of presentation form, cut into words.
#pragma once

#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger::wire {

/// Words between white space; a word in double quotes keeps its spaces, and a quoted value behind `key=` keeps its
/// quotes. Brackets count as white space and `;` begins a comment, so that a record copied out of a zone file works.
Result<std::vector<Word>> split_words(std::string_view text);

}  // namespace harbinger::wire
