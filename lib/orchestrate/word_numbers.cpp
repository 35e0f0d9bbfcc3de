#include "orchestrate/word_numbers.h"

#include <algorithm>

namespace harbinger::orchestrate {

Symbol WordNumbers::find(std::string_view word) const {
  const auto found = numbers_.find(word);
  return found == numbers_.end() ? kOtherSymbol : found->second;
}

Symbol WordNumbers::use(std::string_view word, std::vector<Symbol>& gone) {
  if (word.size() > kMostWord || words_.size() < 2) return kOtherSymbol;
  if (const auto known = find(word); known != kOtherSymbol) {
    words_[known].uses += 1;
    return known;
  }
  if (free_.empty() && next_ == words_.size()) make_room(gone);
  Symbol number = next_;
  if (free_.empty())
    ++next_;
  else
    number = free_.back(), free_.pop_back();
  words_[number] = {std::string(word), 1, true};
  numbers_.emplace(words_[number].text, number);
  return number;
}

void WordNumbers::make_room(std::vector<Symbol>& gone) {
  std::vector<Symbol> order;
  for (Symbol number = 1; number < words_.size(); ++number) order.push_back(number);
  const auto many = static_cast<std::ptrdiff_t>(std::max<std::size_t>(order.size() / 4, 1));
  std::ranges::nth_element(order, order.begin() + (many - 1), {},
                           [&](Symbol number) { return std::pair(words_[number].uses, number); });
  for (auto& word : words_) word.uses /= 2;  // what was used long ago is not kept for ever
  for (std::ptrdiff_t i = 0; i < many; ++i) {
    auto& word = words_[order[static_cast<std::size_t>(i)]];
    numbers_.erase(word.text);
    word = {};
    free_.push_back(order[static_cast<std::size_t>(i)]);
    gone.push_back(order[static_cast<std::size_t>(i)]);
  }
}

std::vector<WordNumbers::Entry> WordNumbers::entries() const {
  std::vector<Entry> entries;
  for (Symbol number = 1; number < words_.size(); ++number)
    if (words_[number].taken) entries.push_back({number, words_[number].uses, words_[number].text});
  return entries;
}

bool WordNumbers::restore(std::span<const Entry> entries) {
  std::vector<Word> words(words_.size());
  std::unordered_map<std::string_view, Symbol> known;
  for (const auto& entry : entries) {
    if (entry.number == 0 || entry.number >= words.size() || words[entry.number].taken || !(entry.uses >= 0) ||
        entry.text.size() > kMostWord || !known.emplace(entry.text, entry.number).second)
      return false;
    words[entry.number] = {entry.text, entry.uses, true};
  }
  words_ = std::move(words);
  rebuild();
  return true;
}

void WordNumbers::rebuild() {
  numbers_.clear();
  free_.clear();
  next_ = static_cast<Symbol>(words_.size());
  for (Symbol number = next_; number-- > 1;)
    if (words_[number].taken)
      numbers_.emplace(words_[number].text, number);
    else
      free_.push_back(number);
}

}  // namespace harbinger::orchestrate
