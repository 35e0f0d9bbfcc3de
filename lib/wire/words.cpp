#include "wire/words.h"

namespace harbinger::wire {
namespace {

constexpr std::string_view kBetween = " \t\r\n()";

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<std::vector<Word>> run() {
    std::vector<Word> words;
    while (skip_to_word()) {
      Word word;
      word.line = 1;
      word.column = static_cast<int>(at_) + 1;
      word.quoted = text_[at_] == '"';
      const std::size_t start = at_;
      if (!skip_word()) {
        return fail(ErrorCode::malformed, "a quote is opened and not closed", {"", word.line, word.column});
      }
      word.text = text_.substr(start, at_ - start);
      if (word.quoted) word.text = word.text.substr(1, word.text.size() - 2);
      words.push_back(std::move(word));
    }
    return words;
  }

 private:
  bool skip_to_word() {
    at_ = text_.find_first_not_of(kBetween, at_);
    return at_ != std::string_view::npos && text_[at_] != ';';
  }

  bool skip_word() {
    if (text_[at_] == '"') return skip_quoted();
    while (at_ < text_.size() && kBetween.find(text_[at_]) == std::string_view::npos && text_[at_] != ';') {
      if (text_[at_] == '"') {
        if (!skip_quoted()) return false;
      } else {
        at_ += text_[at_] == '\\' ? 2 : 1;
      }
    }
    if (at_ > text_.size()) at_ = text_.size();
    return true;
  }

  bool skip_quoted() {
    for (++at_; at_ < text_.size(); at_ += text_[at_] == '\\' ? 2 : 1) {
      if (text_[at_] != '"') continue;
      ++at_;
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Word>> split_words(std::string_view text) { return Splitter(text).run(); }

}  // namespace harbinger::wire
