#include "persona/told_resource.h"

#include <algorithm>
#include <array>

#include <harbinger/tag_text.h>

namespace harbinger::persona {

namespace {

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }
bool is_digit(char each) { return each >= '0' && each <= '9'; }

bool begins_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

// Takes what stands before the first of `ends` off the front.
std::string_view take_until(std::string_view& text, std::string_view ends) {
  const auto part = text.substr(0, text.find_first_of(ends));
  text.remove_prefix(part.size());
  return part;
}

bool may_be_in_name(char each) {
  return (each >= 'a' && each <= 'z') || is_digit(each) || each == '-' || each == '_' || each == '.';
}

bool write_name(std::string_view name, std::string& kept) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.starts_with('.')) return false;
  for (const char each : name) {
    const char small = lower(each);
    if (!may_be_in_name(small)) return false;
    kept += small;
  }
  return true;
}

bool write_ipv6(std::string_view literal, std::string& kept) {
  if (literal.size() < 4) return false;
  const auto inside = literal.substr(1, literal.size() - 2);
  constexpr std::string_view kDigits = "0123456789abcdef:.";
  for (const char each : inside)
    if (!kDigits.contains(lower(each))) return false;
  kept += '[';
  for (const char each : inside) kept += lower(each);
  kept += ']';
  return true;
}

bool write_authority(std::string_view authority, std::string_view default_port, std::string& kept) {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const auto literal_end = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const bool literal = literal_end != std::string_view::npos;
  const auto colon = authority.find(':', literal ? literal_end : 0);
  const auto host = authority.substr(0, colon);
  if (!(literal ? host.ends_with(']') && write_ipv6(host, kept) : write_name(host, kept))) return false;
  const auto port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
  if (port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
  if (!port.empty() && port != default_port) (kept += ':') += port;
  return true;
}

void write_printable(std::string_view text, std::string& kept) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char each : text) {
    const auto octet = static_cast<unsigned char>(each);
    if (octet > 0x20 && octet < 0x7f)
      kept += each;
    else
      ((kept += '%') += kDigits[octet >> 4]) += kDigits[octet & 15];
  }
}

void write_path(std::string_view rest, bool keep_query, std::string& kept) {
  auto path = take_until(rest, "?#");
  // Browsers take a backslash behind the host for a slash.
  if (path.starts_with('/') || path.starts_with('\\')) path.remove_prefix(1);
  kept += '/';
  write_printable(path, kept);
  if (!keep_query || !rest.starts_with('?')) return;
  rest.remove_prefix(1);
  const auto query = take_until(rest, "#");
  const auto others = query_without_tag(query);
  if (others.empty() && !query.empty()) return;
  kept += '?';
  write_printable(others, kept);
}

}  // namespace

bool write_kept(std::string_view told, const ResourceRules& rules, std::string& kept) {
  struct Scheme {
    std::string_view text, port;
  };
  static constexpr std::array<Scheme, 2> kSchemes{Scheme{"https://", "443"}, {"http://", "80"}};
  kept.clear();
  for (const auto& scheme : kSchemes) {
    if (!begins_with(told, scheme.text)) continue;
    kept = scheme.text;
    told.remove_prefix(scheme.text.size());
    if (!write_authority(take_until(told, "/?#\\"), scheme.port, kept)) return false;
    write_path(told, rules.keep_query, kept);
    return !has_tag(kept);
  }
  if (!told.starts_with('/')) return write_name(told, kept) && !has_tag(kept);
  kept = rules.site;
  write_path(told, rules.keep_query, kept);
  return !has_tag(kept);
}

}  // namespace harbinger::persona
