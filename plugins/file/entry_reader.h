// From text to entries: one directive or record each, cut into words, over line ends where parentheses say so.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/file/findings.h"
#include "plugins/file/text_source.h"

namespace harbinger::file {

/// A word of an entry. The text is as in the file, escapes included, without the quotes around it.
struct EntryWord {
  std::size_t offset = 0;  ///< in the entry
  std::size_t size = 0;
  int line = 0;
  int column = 0;
  bool quoted = false;
};

/// Reads entries (RFC 1035 sec. 5.1). An entry with a mistake in it is reported and left out; reading goes on behind
/// its line.
class EntryReader {
 public:
  static constexpr std::size_t kLongestEntry = 1 << 20;

  /// `name` is how errors call the text; it must outlive the reader.
  EntryReader(TextSource source, const std::string& name, Findings& findings)
      : source_(std::move(source)), name_(name), findings_(findings) {}

  /// False at the end of the text. Words are valid until the next call.
  bool next();

  const std::vector<EntryWord>& words() const { return words_; }
  std::string_view text(const EntryWord& word) const { return source_.window().substr(word.offset, word.size); }
  /// Whether the entry's first line begins with a blank: then it has no owner of its own.
  bool begins_with_blank() const { return begins_with_blank_; }
  Place place(const EntryWord& word) const { return {&name_, word.line, word.column}; }
  /// Where the entry begins.
  Place place() const { return {&name_, words_.empty() ? line_ : words_.front().line, 1}; }
  const std::string& name() const { return name_; }

 private:
  enum class Step { go_on, done, bad };

  void begin_entry();
  bool more() { return at_ < source_.window().size() || source_.fill(); }
  Step step();
  Step end_line();
  Step end_of_text();
  Step close();
  Step read_quoted();
  Step read_word();
  bool read_escape();
  void skip_line();
  void add_word(std::size_t from, std::size_t column_from, bool quoted);
  Step too_long();
  Step wrong(std::string message, int column);
  int column(std::size_t at) const { return static_cast<int>(at - line_start_) + 1; }

  TextSource source_;
  const std::string& name_;
  Findings& findings_;
  std::vector<EntryWord> words_;
  std::size_t at_ = 0;          // where reading goes on, from the begin of the entry
  std::size_t line_start_ = 0;  // likewise
  int line_ = 1;
  int depth_ = 0;
  Place opened_;
  bool begins_with_blank_ = false;
};

}  // namespace harbinger::file
