#include "provision/provider_options.h"

#include <charconv>
#include <sstream>

namespace harbinger::provision {

const std::string* ProviderOptions::find(const std::string& word) {
  known_.insert(word);
  const auto found = words_.find(word);
  return found == words_.end() ? nullptr : &found->second;
}

void ProviderOptions::wrong(const std::string& word, const std::string& right) {
  if (trouble_.empty())
    trouble_ = "provider " + provider_ + ": " + word + " '" + words_.at(word) + "' would be " + right;
}

std::string ProviderOptions::text(const std::string& word, std::string usual) {
  const auto* given = find(word);
  return given ? *given : usual;
}

double ProviderOptions::number(const std::string& word, double usual, double least, double most) {
  const auto* given = find(word);
  if (!given) return usual;
  double number = 0;
  const char* end = given->data() + given->size();
  const auto [read_to, error] = std::from_chars(given->data(), end, number);
  if (error == std::errc() && read_to == end && number >= least && number <= most) return number;
  std::ostringstream right;
  right << "a number from " << least << " to " << most;
  wrong(word, right.str());
  return usual;
}

IpPrefix ProviderOptions::range(const std::string& word, std::string_view usual) {
  const auto* given = find(word);
  const auto range = IpPrefix::parse(given ? std::string_view(*given) : usual);
  if (range) return *range;
  wrong(word, "addresses of this machine, as 127.80.0.0/16: " + range.error().message);
  return {};
}

Result<void> ProviderOptions::check() const {
  if (!trouble_.empty()) return fail(ErrorCode::malformed, trouble_);
  for (const auto& [word, value] : words_) {
    if (known_.contains(word)) continue;
    std::string right;
    for (const auto& one : known_) right.append(right.empty() ? "" : ", ").append(one);
    return fail(ErrorCode::unknown, "provider " + provider_ + ": no word '" + word + "'; there are " + right);
  }
  return {};
}

}  // namespace harbinger::provision
