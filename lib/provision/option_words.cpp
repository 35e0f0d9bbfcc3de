#include "provision/option_words.h"

#include <charconv>
#include <cmath>

namespace harbinger::provision {

const std::string* OptionWords::find(const std::string& word) {
  known_.insert(word);
  const auto found = options_.find(word);
  return found == options_.end() ? nullptr : &found->second;
}

void OptionWords::complain(const std::string& word, const std::string& value, std::string_view right) {
  if (wrong_.empty()) wrong_ = provider_ + ": option " + word + " is '" + value + "', should be " + std::string(right);
}

std::string OptionWords::text(const std::string& word, std::string otherwise) {
  const auto* const found = find(word);
  return found ? *found : otherwise;
}

bool OptionWords::yes(const std::string& word, bool otherwise) {
  const auto* const found = find(word);
  if (!found) return otherwise;
  if (*found != "yes" && *found != "no") complain(word, *found, "yes or no");
  return *found == "yes";
}

double OptionWords::number(const std::string& word, double otherwise) {
  const auto* const found = find(word);
  if (!found) return otherwise;
  double value = 0;
  const auto* const end = found->data() + found->size();
  const auto read = std::from_chars(found->data(), end, value);
  if (read.ec == std::errc() && read.ptr == end && std::isfinite(value) && value >= 0 && value <= 1e9) return value;
  complain(word, *found, "a number");
  return otherwise;
}

std::map<std::string, std::string> OptionWords::table(const std::string& prefix) {
  tables_.insert(prefix);
  std::map<std::string, std::string> found;
  for (const auto& [word, value] : options_)
    if (word.size() > prefix.size() + 1 && word.starts_with(prefix + "."))
      found[word.substr(prefix.size() + 1)] = value;
  return found;
}

void OptionWords::take_traits(ProviderTraits& traits) {
  const double usual = std::chrono::duration<double>(traits.usual_start).count();
  traits.usual_start = std::chrono::milliseconds(std::llround(number("usual_start_s", usual) * 1000));
  traits.cost_per_hour = number("cost_per_hour", traits.cost_per_hour);
  traits.most = static_cast<std::size_t>(number("most", static_cast<double>(traits.most)));
}

Result<void> OptionWords::done() const {
  if (!wrong_.empty()) return fail(ErrorCode::malformed, wrong_);
  for (const auto& [word, value] : options_) {
    const auto dot = word.find('.');
    if (known_.contains(word) || (dot != word.npos && dot + 1 < word.size() && tables_.contains(word.substr(0, dot))))
      continue;
    std::string words;
    for (const auto& each : known_) words.append(words.empty() ? "" : ", ").append(each);
    for (const auto& each : tables_) words.append(words.empty() ? "" : ", ").append(each).append(".WORD");
    return fail(ErrorCode::unknown, provider_ + " has no option '" + word + "'; there are " + words);
  }
  return {};
}

}  // namespace harbinger::provision
