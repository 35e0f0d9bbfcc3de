// The Harbingerfile: text in, blocks out, or every error with its place. Grammar of the Corefile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::config {

/// One word of the file, after `{$ENV}` replacement and without its quotes.
struct Word {
  std::string text;
  Position position;
  bool quoted = false;
};

/// A word with what follows it: its arguments on the line, and the lines of its `{ ... }`, if any.
struct Directive {
  Word word;
  std::vector<Word> arguments;
  std::vector<Directive> body;
  bool has_body = false;
};

/// `dns://example.org:5300 10.0.0.0/24 { ... }`
struct ServerBlock {
  std::vector<Word> keys;  ///< at least one, except in the global block
  std::vector<Directive> directives;
  Position position;
};

/// A whole configuration, imports and snippets expanded.
struct File {
  std::vector<Directive> global;  ///< from a first block without keys: options of the whole server
  std::vector<ServerBlock> blocks;
  std::vector<std::filesystem::path> sources;  ///< the file and everything it imported, for watching
};

/// Everything wrong with a configuration. Never empty.
using Errors = std::vector<Error>;

/// Where imported files and environment variables come from; tests pass their own.
struct Sources {
  std::function<Result<std::string>(const std::filesystem::path&)> read_file;
  std::function<std::vector<std::filesystem::path>(const std::string& pattern)> glob;
  std::function<std::string(const std::string&)> environment;
  static Sources of_the_system();
};

/// Parses `text`. Relative imports start at `path`'s folder. Reports all errors, not just the first.
std::expected<File, Errors> parse(std::string_view text, const std::filesystem::path& path,
                                  const Sources& sources = Sources::of_the_system());

/// Reads and parses a file.
std::expected<File, Errors> load(const std::filesystem::path& path, const Sources& sources = Sources::of_the_system());

}  // namespace harbinger::config
