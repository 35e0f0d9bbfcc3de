#include "orchestrate/activity_words.h"

#include <algorithm>
#include <array>

#include <harbinger/address.h>
#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::size_t kMostWord = 40;  // longer parts are no words that anybody chose for a kind of thing

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }
bool is_digit(char each) { return each >= '0' && each <= '9'; }
bool is_hex(char each) { return is_digit(each) || (lower(each) >= 'a' && lower(each) <= 'f'); }

bool is_address(std::string_view part) {
  const bool may_be = part.contains('.') || part.contains(':');
  return may_be && (is_digit(part.front()) || part.contains(':')) && IpAddress::parse(part).has_value();
}

// Ids are mostly digits, or hexadecimal as a whole; words ("ec2", "v2.1", "os-quota-sets", "CreateFunction20150331") are neither.
bool names_one(std::string_view part) {
  constexpr std::ptrdiff_t kManyDigits = 5;
  constexpr std::size_t kLongHex = 8;
  if (part.empty()) return false;
  if (part.size() > kMostWord || part.contains('@') || part.starts_with("arn:")) return true;
  const auto digits = std::ranges::count_if(part, is_digit);
  if (digits == 0) return false;
  const auto others = static_cast<std::ptrdiff_t>(part.size()) - digits;
  if (others == 0 || (digits >= kManyDigits && digits >= others)) return true;
  const bool hex = std::ranges::all_of(part, [](char each) { return is_hex(each) || each == '-'; });
  return (hex && part.size() >= kLongHex) || is_address(part);
}

// The longest beginning of at most `most` octets that ends between characters of UTF-8.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  while (most > 0 && continues(most)) --most;
  return text.substr(0, most);
}

// Octets of the character of UTF-8 that `text` begins with; 0 when it is none (RFC 3629 sec. 4).
std::size_t character_size(std::string_view text) {
  const auto octet = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const auto first = octet(0), second = octet(1);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  for (std::size_t at = 1; at < size; ++at)
    if (octet(at) < 0x80 || octet(at) > 0xbf) return 0;
  return size;
}

void write_printable(std::string_view text, std::string& to) {
  while (!text.empty()) {
    const auto size = character_size(text);
    const bool plain = size > 1 || (size == 1 && text[0] >= 0x20 && text[0] != 0x7f);
    const auto octets = std::max<std::size_t>(size, 1);
    to += plain ? text.substr(0, octets) : "_";
    text.remove_prefix(octets);
  }
}

bool parts_words(char each) { return each == '-' || each == '_' || each == '.' || each == '/' || each == ':'; }

struct Purpose {
  std::string_view word, means;
};
constexpr std::array kPurposes{
    Purpose{"prod", "prod"},       Purpose{"production", "prod"}, Purpose{"prd", "prod"},
    Purpose{"live", "prod"},       Purpose{"staging", "staging"}, Purpose{"stage", "staging"},
    Purpose{"stg", "staging"},     Purpose{"preprod", "staging"}, Purpose{"test", "test"},
    Purpose{"testing", "test"},    Purpose{"tests", "test"},      Purpose{"qa", "test"},
    Purpose{"ci", "test"},         Purpose{"dev", "dev"},         Purpose{"develop", "dev"},
    Purpose{"development", "dev"}, Purpose{"sandbox", "dev"},     Purpose{"demo", "demo"},
    Purpose{"preview", "demo"},    Purpose{"default", "default"}, Purpose{"system", "system"},
};

std::string_view purpose_of_word(std::string_view word) {
  while (!word.empty() && is_digit(word.back())) word.remove_suffix(1);
  for (const auto& purpose : kPurposes)
    if (purpose.word.size() == word.size() && starts_with_word(word, purpose.word)) return purpose.means;
  return {};
}

}  // namespace

bool starts_with_word(std::string_view text, std::string_view word) noexcept {
  return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

bool only_reads(std::string_view verb) noexcept {
  for (const std::string_view word :
       {"get", "list", "describe", "head", "lookup", "batchget", "search", "show", "read", "view", "watch"})
    if (starts_with_word(verb, word)) return true;
  return false;
}

bool removes(std::string_view verb) noexcept {
  for (const std::string_view word : {"delete", "remove", "terminate", "destroy", "stop", "detach", "release"})
    for (auto rest = verb; rest.size() >= word.size(); rest.remove_prefix(1))
      if (starts_with_word(rest, word)) return true;
  return false;
}

void write_kept_words(std::string_view told, std::string& to) {
  const auto from = to.size();
  // What comes behind several times the limit is cut off in any case.
  told = told.substr(0, 4 * Activity::kMostText);
  for (bool first = true; !told.empty() || first; first = false) {
    const auto part = told.substr(0, told.find('/'));
    told.remove_prefix(std::min(part.size() + 1, told.size()));
    if (!first) to += '/';
    if (names_one(part))
      to += '*';
    else
      write_printable(part, to);
    if (told.empty()) break;
  }
  to.resize(from + cut(std::string_view(to).substr(from), Activity::kMostText).size());
}

void write_whole(std::string_view told, std::string& to) { write_printable(cut(told, Activity::kMostText), to); }

std::string_view purpose_of(std::string_view name) noexcept {
  while (!name.empty()) {
    const auto end = std::ranges::find_if(name, parts_words);
    const auto size = static_cast<std::size_t>(end - name.begin());
    if (const auto purpose = purpose_of_word(name.substr(0, size)); !purpose.empty()) return purpose;
    name.remove_prefix(std::min(size + 1, name.size()));
  }
  return {};
}

}  // namespace harbinger::orchestrate
