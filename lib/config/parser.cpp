// Tokens into blocks and directives; the imports are done by then and the braces balanced.
#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include <harbinger/config.h>

#include "config/imports.h"
#include "config/token.h"

namespace harbinger::config {

namespace {

using Kind = Token::Kind;

class Parser {
 public:
  Parser(std::span<const Token> tokens, ErrorList& errors) : tokens_(tokens), errors_(errors) {}

  File run() {
    for (bool first = true; more(); first = false) {
      if (at(Kind::open))
        parse_keyless_block(first);
      else
        parse_server_block();
    }
    return std::move(file_);
  }

 private:
  bool more() const { return next_ < tokens_.size() && !errors_.full(); }
  bool at(Kind kind) const { return next_ < tokens_.size() && tokens_[next_].kind == kind; }
  const Token& token() const { return tokens_[next_]; }
  const Token& take() { return tokens_[next_++]; }

  static Word to_word(const Token& token) { return {token.text, token.position(), token.quoted}; }

  void parse_keyless_block(bool first) {
    const auto& brace = token();
    auto body = parse_body(1);
    if (first)
      file_.global = std::move(body);
    else
      errors_.add(ErrorCode::malformed,
                  "this block has no zone, write its zones in front of the `{` (only the first block may have none)",
                  brace.position());
  }

  void parse_server_block() {
    ServerBlock block;
    block.position = token().position();
    const bool has_body = parse_keys(block.keys);
    if (!has_body) return report_no_brace(block);
    if (block.keys.empty()) errors_.add(ErrorCode::malformed, "a zone is missing in front of the `{`", block.position);
    block.directives = parse_body(1);
    file_.blocks.push_back(std::move(block));
  }

  // Keys stand on one line, or on several when a comma ends each but the last. True at the brace.
  bool parse_keys(std::vector<Word>& keys) {
    for (bool goes_on = true; more() && !at(Kind::open);) {
      if (at(Kind::close) || (token().begins_line && !goes_on)) return false;
      const auto& key = take();
      goes_on = !key.quoted && key.text.ends_with(',');
      add_keys(key, keys);
    }
    return at(Kind::open);
  }

  void add_keys(const Token& token, std::vector<Word>& keys) {
    if (!token.quoted && token.text.starts_with('(') && token.text.ends_with(')'))
      errors_.add(ErrorCode::malformed, "a snippet stands alone, as in `" + token.text + " {`", token.position());
    if (token.quoted) return keys.push_back(to_word(token));
    std::size_t begin = 0;
    while (begin <= token.text.size()) {
      const auto end = std::min(token.text.find(',', begin), token.text.size());
      auto key = to_word(token);
      key.text = token.text.substr(begin, end - begin);
      key.position.column += static_cast<int>(begin);
      if (!key.text.empty()) keys.push_back(std::move(key));
      begin = end + 1;
    }
  }

  void report_no_brace(const ServerBlock& block) {
    const auto name = block.keys.empty() ? std::string() : block.keys.front().text;
    errors_.add(ErrorCode::malformed, "`" + name + "` begins a server block, so a `{` belongs behind its zones",
                block.position);
    // Goes on behind the lines that were surely meant to be its body, up to the next line that opens a block.
    while (more() && at(Kind::word) && !line_opens_block()) take();
    if (at(Kind::close)) take();
  }

  bool line_opens_block() const {
    if (!token().begins_line) return false;
    auto i = next_ + 1;
    while (i < tokens_.size() && tokens_[i].kind == Kind::word && !tokens_[i].begins_line) ++i;
    return i < tokens_.size() && tokens_[i].kind == Kind::open;
  }

  // `{ ... }` at the cursor.
  std::vector<Directive> parse_body(std::size_t depth) {
    const auto& brace = take();
    std::vector<Directive> body;
    if (depth > kMaxNesting) {
      errors_.add(ErrorCode::too_large, "braces are nested deeper than " + std::to_string(kMaxNesting),
                  brace.position());
      skip_body();
      return body;
    }
    while (more() && !at(Kind::close)) {
      if (at(Kind::open))
        parse_stray_body(body, depth);
      else
        body.push_back(parse_directive(depth));
    }
    if (at(Kind::close)) take();
    return body;
  }

  void skip_body() {
    for (std::size_t open = 1; open > 0 && next_ < tokens_.size(); ++next_) {
      if (at(Kind::open)) ++open;
      if (at(Kind::close)) --open;
    }
  }

  Directive parse_directive(std::size_t depth) {
    Directive directive;
    directive.word = to_word(take());
    while (more() && at(Kind::word) && !token().begins_line) directive.arguments.push_back(to_word(take()));
    if (at(Kind::open) && !token().begins_line) {
      directive.has_body = true;
      directive.body = parse_body(depth + 1);
    }
    return directive;
  }

  void parse_stray_body(std::vector<Directive>& body, std::size_t depth) {
    errors_.add(ErrorCode::malformed, "a `{` stands at the end of the line that it belongs to", token().position());
    auto inner = parse_body(depth + 1);
    if (body.empty() || body.back().has_body) return;
    body.back().has_body = true;
    body.back().body = std::move(inner);
  }

  std::span<const Token> tokens_;
  ErrorList& errors_;
  File file_;
  std::size_t next_ = 0;
};

// By file, in the order in which the files were read, then by place.
void sort_errors(Errors& errors, const std::vector<std::filesystem::path>& files) {
  std::map<std::string, std::size_t> order;
  for (const auto& file : files) order.emplace(file.string(), order.size());
  std::ranges::stable_sort(errors, {}, [&](const Error& error) {
    return std::tuple(order[error.position.file], error.position.line, error.position.column);
  });
}

}  // namespace

std::expected<File, Errors> parse(std::string_view text, const std::filesystem::path& path, const Sources& sources) {
  ErrorList errors;
  Importer importer(sources, errors);
  const auto tokens = importer.expand_text(text, path);
  auto file = Parser(tokens, errors).run();
  file.sources = importer.files();
  if (errors.all().empty()) return file;
  sort_errors(errors.all(), importer.files());
  return std::unexpected(std::move(errors.all()));
}

std::expected<File, Errors> load(const std::filesystem::path& path, const Sources& sources) {
  const auto text = sources.read_file(path);
  if (!text) return std::unexpected(Errors{text.error()});
  return parse(*text, path, sources);
}

}  // namespace harbinger::config
