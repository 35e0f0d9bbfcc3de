#include <harbinger/tag_text.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace harbinger {

namespace {

constexpr std::string_view kPrefixes[] = {"cpt-", "cpt=", "cpt%3D"};
constexpr std::size_t kLabelPrefix = kPrefixes[0].size();

constexpr unsigned char octet(char c) { return static_cast<unsigned char>(c); }

constexpr bool is_hex(char c) {
  const auto low = octet(c) | 0x20;
  return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'f');
}

constexpr bool is_letter_or_digit(std::uint8_t c) {
  const auto low = c | 0x20;
  return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'z');
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The prefix of a tag that the text begins with; empty when it begins with none.
std::string_view prefix_of(std::string_view text) {
  // Most texts are told by three letters.
  if (text.size() < kLabelPrefix || (octet(text[0]) | 0x20) != 'c' || (octet(text[1]) | 0x20) != 'p' ||
      (octet(text[2]) | 0x20) != 't')
    return {};
  for (const auto prefix : kPrefixes)
    if (text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, lower, lower))
      return prefix;
  return {};
}

// How much of the text, which begins behind a prefix, would belong to a tag.
std::size_t tag_size(std::string_view text) {
  std::size_t size = 0, characters = 0;
  while (size < text.size()) {
    if (is_letter_or_digit(octet(text[size])))
      ++size;
    else if (text[size] == '%' && text.size() - size > 2 && is_hex(text[size + 1]) && is_hex(text[size + 2]))
      size += 3;
    else
      break;
    ++characters;
  }
  return characters >= kLooksLikeTag ? size : 0;
}

struct Place {
  std::size_t at = std::string_view::npos;
  std::string_view prefix{};
  std::size_t size = 0;  ///< behind the prefix
};

Place find_tag(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at + kLabelPrefix + kLooksLikeTag <= text.size(); ++at) {
    const auto prefix = prefix_of(text.substr(at));
    if (prefix.empty()) continue;
    if (const auto size = tag_size(text.substr(at + prefix.size()))) return {at, prefix, size};
  }
  return {};
}

// The first four octets without the case of letters, compared at once.
bool begins_tag_label(const std::uint8_t* label) {
  constexpr std::array<std::uint8_t, 4> kCase{0x20, 0x20, 0x20, 0}, kBegin{'c', 'p', 't', '-'};
  std::uint32_t begin, letters, wanted;
  std::memcpy(&begin, label, sizeof begin);
  std::memcpy(&letters, kCase.data(), sizeof letters);
  std::memcpy(&wanted, kBegin.data(), sizeof wanted);
  if ((begin | letters) != wanted) return false;
  return std::all_of(label + kLabelPrefix, label + kLabelPrefix + kLooksLikeTag, is_letter_or_digit);
}

}  // namespace

bool has_tag_label(std::span<const std::uint8_t> wire) noexcept {
  for (std::size_t at = 0; at < wire.size() && wire[at] != 0; at += wire[at] + 1u)
    if (wire[at] >= kLabelPrefix + kLooksLikeTag && at + wire[at] < wire.size() && begins_tag_label(&wire[at + 1]))
      return true;
  return false;
}

bool has_tag(std::string_view text) noexcept { return find_tag(text, 0).size != 0; }

std::string without_tags(std::string_view text) {
  std::string clean;
  std::size_t done = 0;
  for (auto place = find_tag(text, 0); place.size != 0; place = find_tag(text, done)) {
    clean.append(text.substr(done, place.at - done)).append(place.prefix).append("*");
    done = place.at + place.prefix.size() + place.size;
  }
  return clean.append(text.substr(done));
}

std::string query_without_tag(std::string_view query) {
  std::string kept;
  bool first = true;
  for (std::size_t at = 0; at <= query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    const auto parameter = query.substr(at, end - at);
    at = end + 1;
    if (parameter.starts_with("cpt=") || parameter == "cpt") continue;
    kept.append(first ? "" : "&").append(parameter);
    first = false;
  }
  return kept;
}

}  // namespace harbinger
