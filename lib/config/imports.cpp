#include "config/imports.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "config/lexer.h"
#include "config/nearest.h"

namespace harbinger::config {

namespace {

constexpr std::size_t kMaxSuggestions = 1000;  // to compare a misspelled name with

bool names_snippet(const Token& token) {
  return token.kind == Token::Kind::word && !token.quoted && token.begins_line && token.text.size() > 2 &&
         token.text.front() == '(' && token.text.back() == ')';
}

bool has_wildcard(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

// Behind the brace that closes the one at `open`; the tokens are balanced.
std::size_t behind_block(const Tokens& tokens, std::size_t open) {
  std::size_t depth = 0;
  for (auto i = open; i < tokens.size(); ++i) {
    if (tokens[i].kind == Token::Kind::open) ++depth;
    if (tokens[i].kind == Token::Kind::close && --depth == 0) return i + 1;
  }
  return tokens.size();
}

}  // namespace

Tokens Importer::expand_text(std::string_view text, const std::filesystem::path& path) {
  const auto& tokens = read(text, path);
  inside_ = {path.lexically_normal().string()};
  Tokens expanded;
  append(tokens, {}, nullptr, expanded);
  return expanded;
}

const Tokens& Importer::read(std::string_view text, const std::filesystem::path& path) {
  files_.push_back(path);
  const auto& name = names_.emplace_back(path.string());
  auto& kept = loaded_[path.lexically_normal()];
  if (text.size() > kMaxText) {
    errors_.add(ErrorCode::too_large, "the file is larger than " + std::to_string(kMaxText >> 20) + " MiB",
                {name, 0, 0});
    return kept;
  }
  const auto tokens = lex(text, name, sources_.environment, errors_, budget_);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < tokens.size();) {
    if (const auto behind = depth == 0 ? take_snippet(tokens, i) : i; behind != i) {
      i = behind;
      continue;
    }
    if (tokens[i].kind == Token::Kind::open) ++depth;
    if (tokens[i].kind == Token::Kind::close) --depth;
    kept.push_back(tokens[i++]);
  }
  return kept;
}

// `(name) { ... }` at `begin`: keeps it and returns the place behind it.
std::size_t Importer::take_snippet(const Tokens& tokens, std::size_t begin) {
  const auto& head = tokens[begin];
  if (!names_snippet(head) || begin + 1 == tokens.size() || tokens[begin + 1].kind != Token::Kind::open) return begin;
  const auto behind = behind_block(tokens, begin + 1);
  const auto name = head.text.substr(1, head.text.size() - 2);
  const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(begin) + 2;
  const auto last = tokens.begin() + static_cast<std::ptrdiff_t>(behind) - 1;
  const auto [place, is_new] = snippets_.try_emplace(name, Snippet{head.position(), {first, last}});
  if (!is_new)
    errors_.add(ErrorCode::conflict,
                "there is a snippet `" + name + "` already, at " + place->second.position.file + ":" +
                    std::to_string(place->second.position.line),
                head.position());
  return behind;
}

const Tokens* Importer::load(const std::filesystem::path& path, const Token& where) {
  const auto key = path.lexically_normal();
  if (const auto known = loaded_.find(key); known != loaded_.end()) return &known->second;
  const auto text = sources_.read_file(path);
  if (text) return &read(*text, path);
  report_unreadable(text.error(), where);
  return nullptr;
}

void Importer::report_unreadable(const Error& error, const Token& where) {
  std::vector<std::string> known;
  for (const auto& [name, snippet] : snippets_)
    if (known.size() < kMaxSuggestions) known.push_back(name);
  const auto near = nearest_word(where.text, known);
  auto message = near.empty()
                     ? error.message
                     : "there is no snippet and no file `" + where.text + "`, did you mean the snippet `" + near + "`?";
  errors_.add(error.code, std::move(message), where.position());
}

void Importer::append(std::span<const Token> tokens, std::span<const Token> arguments, const Token* importer,
                      Tokens& to) {
  for (std::size_t i = 0; i < tokens.size() && !errors_.full() && !budget_.exhausted();) {
    auto end = i + 1;
    const bool imports = tokens[i].begins_line && tokens[i].is_plain("import");
    while (imports && end < tokens.size() && !tokens[end].begins_line && tokens[end].kind == Token::Kind::word) ++end;

    const auto begin = to.size();
    to.insert(to.end(), tokens.begin() + static_cast<std::ptrdiff_t>(i),
              tokens.begin() + static_cast<std::ptrdiff_t>(end));
    for (auto at = begin; importer && at < to.size(); ++at)
      if (!replace_arguments(to[at], arguments, *importer)) return;
    if (imports) {
      const Tokens line(std::make_move_iterator(to.begin() + static_cast<std::ptrdiff_t>(begin)),
                        std::make_move_iterator(to.end()));
      to.resize(begin);
      import(line, to);
    }
    i = end;
  }
}

void Importer::import(std::span<const Token> line, Tokens& to) {
  const auto& word = line.front();
  if (line.size() < 2)
    return errors_.add(ErrorCode::malformed, "`import` needs the name of a snippet or a file", word.position());

  const auto& what = line[1];
  if (const auto snippet = snippets_.find(what.text); snippet != snippets_.end()) {
    if (!enter("(" + what.text + ")", what)) return;
    append(snippet->second.body, line.subspan(2), &what, to);
    inside_.pop_back();
    return;
  }
  const auto path = (std::filesystem::path(*what.file).parent_path() / what.text).lexically_normal();
  if (!has_wildcard(what.text)) return import_file(path, line, to);

  auto found = sources_.glob(path.string());
  std::ranges::sort(found);
  for (const auto& file : found) import_file(file, line, to);
}

void Importer::import_file(const std::filesystem::path& path, std::span<const Token> line, Tokens& to) {
  const auto& what = line[1];
  if (!enter(path.string(), what)) return;
  if (const auto* tokens = load(path, what)) append(*tokens, line.subspan(2), &what, to);
  inside_.pop_back();
}

// One level down, unless that would never end.
bool Importer::enter(const std::string& name, const Token& where) {
  const auto outer = std::ranges::find(inside_, name);
  if (outer != inside_.end()) {
    std::string circle;
    for (auto step = outer; step != inside_.end(); ++step) circle += "`" + *step + "` imports ";
    errors_.add(ErrorCode::conflict, "imports in a circle: " + circle + "`" + name + "`", where.position());
    return false;
  }
  if (inside_.size() > kMaxImports) {
    errors_.add(ErrorCode::too_large, "imports are nested deeper than " + std::to_string(kMaxImports),
                where.position());
    return false;
  }
  inside_.push_back(name);
  return true;
}

// `{args.0}` and so on, with the words behind the name in the import's line. False when the budget is spent.
bool Importer::replace_arguments(Token& token, std::span<const Token> arguments, const Token& importer) {
  constexpr std::string_view kOpening = "{args.";
  std::string text;
  std::string_view rest = token.text;
  for (auto at = rest.find(kOpening); at != rest.npos; at = rest.find(kOpening)) {
    text += rest.substr(0, at);
    rest.remove_prefix(at);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(rest.data() + kOpening.size(), rest.data() + rest.size(), number);
    const bool complete = error == std::errc{} && end != rest.data() + rest.size() && *end == '}';
    const auto length = complete ? static_cast<std::size_t>(end - rest.data()) + 1 : kOpening.size();
    if (complete && number < arguments.size()) {
      text += arguments[number].text;
    } else {
      text += rest.substr(0, length);
      errors_.add(ErrorCode::not_found,
                  complete ? "the import of `" + importer.text + "` in line " + std::to_string(importer.line) +
                                 " has " + std::to_string(arguments.size()) + " arguments, the first is {args.0}"
                           : "an argument of an import is written {args.0}",
                  token.position());
    }
    if (text.size() > budget_.octets_left()) break;
    rest.remove_prefix(length);
  }
  text += rest;
  token.text = std::move(text);
  return budget_.spend(1, token.text.size(), token.position());
}

}  // namespace harbinger::config
