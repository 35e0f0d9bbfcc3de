#include <harbinger/options.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <span>

#include "config/nearest.h"

namespace harbinger::detail {

namespace {

using config::Directive;
using config::Errors;
using config::Word;

std::string ticked(std::string_view text) { return '`' + std::string(text) + '`'; }

void report(Errors& errors, ErrorCode code, const Word& where, std::string message) {
  errors.push_back({code, std::move(message), where.position});
}

// `forward FROM TO...`
std::string usage(const Word& word, const std::vector<OptionRow>& arguments) {
  std::string line = word.text;
  for (const auto& row : arguments) {
    std::string argument = row.info.form;
    if (row.fewest == 0) argument = '[' + argument + ']';
    line.append(" ").append(argument);
  }
  return ticked(line);
}

// What a message calls a row: an option stands in the file by its word, an argument does not.
std::string title(const OptionRow& row, const Word& directive) {
  if (!row.info.is_argument || directive.text.empty()) return ticked(row.info.word);
  return ticked(row.info.word) + " of " + ticked(directive.text);
}

void put_word(const OptionRow& row, std::string_view called, const Word& word, void* target, bool first,
              Errors& errors) {
  const auto wanted = row.put(target, word.text, first);
  if (wanted)
    report(errors, ErrorCode::malformed, word,
           std::string(called) + " wants " + *wanted + ", not " + ticked(word.text));
}

const OptionRow* find_row(const std::vector<OptionRow>& rows, std::string_view word) {
  const auto found = std::ranges::find_if(rows, [&](const auto& row) { return row.info.word == word; });
  return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string> words_of(const std::vector<OptionRow>& rows) {
  std::vector<std::string> words;
  words.reserve(rows.size());
  for (const auto& row : rows) words.push_back(row.info.word);
  return words;
}

void report_unknown(const std::vector<OptionRow>& rows, const Word& word, const Word& owner, std::string_view what,
                    Errors& errors) {
  std::string message = "unknown " + std::string(what) + " " + ticked(word.text);
  if (!owner.text.empty()) message += " of " + ticked(owner.text);
  const auto known = words_of(rows);
  if (const auto near = config::nearest_word(word.text, known); !near.empty())
    message += ", did you mean " + ticked(near) + "?";
  else if (known.empty())
    message += ": there are none";
  else
    message += ", there are " + config::list_of_words(known);
  report(errors, ErrorCode::unknown, word, std::move(message));
}

void report_spare(const Word& spare, const Word& owner, std::size_t most, std::string_view what, Errors& errors) {
  std::string message = ticked(owner.text) + " takes ";
  message += most == 0 ? "no " : most == 1 ? "one " : "at most " + std::to_string(most) + " ";
  message += std::string(what) + (most == 1 ? "" : "s") + ", remove " + ticked(spare.text);
  report(errors, ErrorCode::malformed, spare, std::move(message));
}

// Positional words; returns how many were used. One word goes to each row, and all that are left to a last list.
std::size_t read_arguments(const std::vector<OptionRow>& rows, const Word& owner, std::span<const Word> words,
                           void* target, Errors& errors) {
  std::size_t used = 0;
  for (const auto& row : rows) {
    if (used == words.size()) {
      if (row.fewest > 0)
        report(errors, ErrorCode::malformed, owner, title(row, owner) + " is missing, write " + usage(owner, rows));
      if (row.fewest > 0) break;
      continue;
    }
    const auto end = used + std::min(row.most, words.size() - used);
    for (bool first = true; used < end; ++used, first = false)
      put_word(row, title(row, owner), words[used], target, first, errors);
  }
  return used;
}

void read_option_words(const OptionRow& row, const Directive& line, void* target, bool first, Errors& errors) {
  const auto& words = line.arguments;
  if (words.empty() && !row.alone.empty()) row.put(target, row.alone, first);
  if (words.size() < row.fewest) {
    const auto form = ticked(row.info.word + " " + row.info.form);
    report(errors, ErrorCode::malformed, line.word, ticked(row.info.word) + " wants a value, write " + form);
  }
  if (words.size() > row.most) report_spare(words[row.most], line.word, row.most, "value", errors);
  for (std::size_t i = 0; i < words.size() && i < row.most; ++i, first = false)
    put_word(row, title(row, line.word), words[i], target, first, errors);
}

void read_option(const OptionRows& rows, const Word& owner, const Directive& line, const Directive* earlier,
                 void* target, Errors& errors) {
  const auto* row = find_row(rows.options, line.word.text);
  if (!row) row = find_row(rows.options, "");  // lines that begin with any other word
  if (!row) return report_unknown(rows.options, line.word, owner, "option", errors);
  if (earlier && !row->repeats) {
    const auto where = std::to_string(earlier->word.position.line);
    return report(errors, ErrorCode::conflict, line.word,
                  ticked(line.word.text) + " was given in line " + where + " already");
  }
  if (line.has_body) report(errors, ErrorCode::malformed, line.word, ticked(line.word.text) + " takes no { }");
  if (row->put_line) return row->put_line(target, line, errors);
  read_option_words(*row, line, target, !earlier, errors);
}

}  // namespace

void OptionRows::add_argument(OptionRow row) {
  assert((arguments.empty() || arguments.back().most == 1) && "nothing can follow an argument that takes the rest");
  assert((row.fewest == 0 || arguments.empty() || arguments.back().fewest > 0) && "what may be missing stands last");
  row.info.is_argument = true;
  row.info.required = row.fewest > 0;
  row.repeats = false;
  arguments.push_back(std::move(row));
}

void OptionRows::add_option(OptionRow row) {
  assert(!find_row(options, row.info.word) && "two rows for one word");
  options.push_back(std::move(row));
}

Errors read_options(const OptionRows& rows, const Directive& directive, void* target) {
  Errors errors;
  const auto& words = directive.arguments;
  const auto used = read_arguments(rows.arguments, directive.word, words, target, errors);
  if (used < words.size()) report_spare(words[used], directive.word, rows.arguments.size(), "argument", errors);

  std::map<std::string_view, const Directive*> first_lines;
  for (const auto& line : directive.body) {
    const auto [place, is_first] = first_lines.try_emplace(line.word.text, &line);
    read_option(rows, directive.word, line, is_first ? nullptr : place->second, target, errors);
  }
  return errors;
}

Errors read_keywords(const OptionRows& rows, const Directive& line, void* target) {
  Errors errors;
  const std::span<const Word> words(line.arguments);
  const auto is_keyword = [&](const Word& word) { return !word.quoted && find_row(rows.options, word.text); };
  auto next = std::ranges::find_if(words, is_keyword);

  const auto leading = words.first(static_cast<std::size_t>(next - words.begin()));
  const auto used = read_arguments(rows.arguments, line.word, leading, target, errors);
  if (used < leading.size()) report_unknown(rows.options, leading[used], line.word, "keyword", errors);

  std::vector<std::string> seen;
  while (next != words.end()) {
    const auto& keyword = *next;
    const auto& row = *find_row(rows.options, keyword.text);
    const auto end = std::find_if(next + 1, words.end(), is_keyword);
    const bool again = std::ranges::find(seen, keyword.text) != seen.end();
    if (again && !row.repeats)
      report(errors, ErrorCode::conflict, keyword, ticked(keyword.text) + " stands twice in this line");
    else
      read_option_words(row, {keyword, {next + 1, end}, {}, false}, target, !again, errors);
    seen.push_back(keyword.text);
    next = end;
  }
  return errors;
}

std::string keywords_form(const OptionRows& rows) {
  std::string form;
  for (const auto& row : rows.arguments)
    form.append(form.empty() ? "" : " ").append(row.fewest == 0 ? '[' + row.info.form + ']' : row.info.form);
  for (const auto& row : rows.options)
    form.append(form.empty() ? "[" : " [").append(row.info.word + " " + row.info.form + "]");
  return form;
}

}  // namespace harbinger::detail
