// Files and snippets put in the place of the lines that import them.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/token.h"

namespace harbinger::config {

/// Collects the tokens of a configuration. A snippet is known in the whole configuration as soon as its file was read,
/// so it may stand behind the import that uses it.
class Importer {
 public:
  Importer(const Sources& sources, ErrorList& errors) : sources_(sources), errors_(errors), budget_(errors) {}

  /// Every token of `text`, snippets taken out, imports replaced. The tokens are valid while the importer lives.
  Tokens expand_text(std::string_view text, const std::filesystem::path& path);

  /// Files read so far, the first one first.
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  struct Snippet {
    Position position;
    Tokens body;
  };

  const Tokens& read(std::string_view text, const std::filesystem::path& path);
  const Tokens* load(const std::filesystem::path& path, const Token& where);
  void report_unreadable(const Error& error, const Token& where);
  std::size_t take_snippet(const Tokens& tokens, std::size_t begin);
  void append(std::span<const Token> tokens, std::span<const Token> arguments, const Token* importer, Tokens& to);
  void import(std::span<const Token> line, Tokens& to);
  void import_file(const std::filesystem::path& path, std::span<const Token> line, Tokens& to);
  bool enter(const std::string& name, const Token& where);
  bool replace_arguments(Token& token, std::span<const Token> arguments, const Token& importer);

  const Sources& sources_;
  ErrorList& errors_;
  Budget budget_;
  std::deque<std::string> names_;  // what tokens point to
  std::map<std::filesystem::path, Tokens> loaded_;
  std::map<std::string, Snippet, std::less<>> snippets_;
  std::vector<std::filesystem::path> files_;
  std::vector<std::string> inside_;  // what is being imported by what, the first file first
};

}  // namespace harbinger::config
