#include "plugins/word_rows.h"

namespace harbinger {

Clause<WordRow> word_clause(const char* of) {
  return Clause<WordRow>().argument(of, &WordRow::of).argument("KEY", &WordRow::key).argument("VALUE", &WordRow::value);
}

std::map<std::string, std::string> words_of(const std::string& name, const std::vector<WordRow>& rows) {
  std::map<std::string, std::string> words;
  for (const auto& row : rows)
    if (row.of == name) words[row.key] = row.value;
  return words;
}

}  // namespace harbinger
