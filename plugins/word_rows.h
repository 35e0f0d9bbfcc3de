// Lines such as `setting POOL KEY VALUE`: words for somebody who knows what they mean.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <harbinger/options.h>

namespace harbinger {

struct WordRow {
  std::string of, key, value;
};

/// `of` is what the first word after the line's own is: "POOL".
Clause<WordRow> word_clause(const char* of);
/// By their keys, those of one; the last of a key counts.
std::map<std::string, std::string> words_of(const std::string& name, const std::vector<WordRow>& rows);

}  // namespace harbinger
