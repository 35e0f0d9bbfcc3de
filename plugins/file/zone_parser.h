// Reads master files (RFC 1035 sec. 5) record by record: directives, included files, and every mistake with its place.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <harbinger/name.h>

#include "plugins/file/entry_reader.h"
#include "plugins/file/findings.h"
#include "plugins/file/record_reader.h"

namespace harbinger::file {

/// A file that was read, or looked for in vain, and how it looked at that moment.
struct SourceFile {
  std::filesystem::path path;
  FileStamp stamp;
};

/// Reads one zone's text. Goes on after a mistake; all of them end up in the findings.
class ZoneParser {
 public:
  struct Options {
    Name origin;                             ///< until an $ORIGIN says otherwise
    std::uint32_t most_generated = 1 << 20;  ///< records of one $GENERATE
    bool may_include = true;
  };
  /// Called for each record in the order of the text.
  using OnRecord = std::function<void(const ParsedRecord&)>;

  ZoneParser(Options options, Findings& findings, OnRecord on_record)
      : options_(std::move(options)), findings_(findings), on_record_(std::move(on_record)), records_(findings) {}

  void parse_file(const std::filesystem::path& path);
  /// `name` stands for the file's name in errors.
  void parse_text(std::string_view text, const std::string& name);

  /// The file and all that it includes, each once.
  const std::vector<SourceFile>& sources() const { return sources_; }

 private:
  static constexpr std::size_t kDeepestInclude = 16;

  void open_and_parse(const std::filesystem::path& path, Scope scope, const Place* included_from);
  void parse(EntryReader& reader, Scope& scope);
  void parse_entry(const EntryReader& reader, Scope& scope);
  void directive(Scope& scope, const Place& place);
  void origin(Scope& scope, const Place& place);
  void default_ttl(const Place& place);
  void include(const Scope& scope, const Place& place);
  void generate(const Scope& scope, const Place& place);
  bool generate_one(std::span<const TextWord> templates, std::uint32_t value, Scope& scope, const Place& place);
  bool has_words(std::size_t least, std::size_t most, const char* form, const Place& place);
  void remember(const std::filesystem::path& path, const FileStamp& stamp);
  const std::string& keep_name(const std::string& name) { return *names_.insert(name).first; }

  Options options_;
  Findings& findings_;
  OnRecord on_record_;
  RecordReader records_;
  std::vector<TextWord> words_;  // of the entry in work
  std::vector<std::filesystem::path> open_;
  std::vector<SourceFile> sources_;
  std::set<std::string> names_;  // of files; places point here
};

}  // namespace harbinger::file
