// Numbers for words, of which there are few at a time: the least used make room for new ones.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "orchestrate/context_counts.h"

namespace harbinger::orchestrate {

/// Numbers are 1 to `most`. One thread.
class WordNumbers {
 public:
  static constexpr std::size_t kMostWord = 255;  ///< octets; longer words have no number

  explicit WordNumbers(Symbol most) : words_(most + 1) {}
  WordNumbers(WordNumbers&&) = default;
  WordNumbers& operator=(WordNumbers&&) = default;

  /// kOtherSymbol for a word that has none.
  Symbol find(std::string_view word) const;
  /// Empty for a number that is nobody's.
  std::string_view word(Symbol number) const {
    return number < words_.size() ? std::string_view(words_[number].text) : "";
  }
  std::size_t size() const noexcept { return numbers_.size(); }
  Symbol most() const noexcept { return static_cast<Symbol>(words_.size() - 1); }

  /// Counts a use of the word, which gets a number if it had none. When all numbers are given, the least used quarter lose theirs first, and are added
  /// to `gone`: whoever learnt about numbers has to drop those.
  Symbol use(std::string_view word, std::vector<Symbol>& gone);

  /// Numbers and their words; to be read by `restore`.
  struct Entry {
    Symbol number = 0;
    float uses = 0;
    std::string text{};
  };
  std::vector<Entry> entries() const;
  /// False, and nothing is changed, where entries contradict one another.
  bool restore(std::span<const Entry> entries);

 private:
  struct Word {
    std::string text{};
    float uses = 0;
    bool taken = false;
  };
  void make_room(std::vector<Symbol>& gone);
  void rebuild();

  std::vector<Word> words_;
  std::unordered_map<std::string_view, Symbol> numbers_{};  // views of words_
  std::vector<Symbol> free_{};
  Symbol next_ = 1;
};

}  // namespace harbinger::orchestrate
