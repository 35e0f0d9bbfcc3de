#include "persona/told_client.h"

#include <algorithm>
#include <string>
#include <vector>

namespace harbinger::persona {

namespace {

// A proxy chain that is longer is nonsense.
constexpr std::size_t kMostHops = 32;

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }
bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

template <class Use>
void for_each_part(std::string_view text, char by, Use&& use) {
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find(by, from), text.size());
    use(trimmed(text.substr(from, end - from)));
    from = end + 1;
  }
}

// "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1".
std::optional<IpAddress> parse_node(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  if (text.starts_with('[')) text = text.substr(1, text.find(']') - 1);
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  const auto address = IpAddress::parse(text);
  return address ? std::optional(*address) : std::nullopt;
}

// The `for` of one element: `for="[2001:db8::1]:4711";proto=https;by=203.0.113.43`.
std::string_view for_of(std::string_view element) {
  std::string_view node;
  for_each_part(element, ';', [&](std::string_view pair) {
    const auto sign = pair.find('=');
    if (sign != std::string_view::npos && same_word(pair.substr(0, sign), "for")) node = pair.substr(sign + 1);
  });
  return node;
}

// Every hop that the fields of this name tell of, farthest first.
std::vector<std::string_view> hops(const HttpRequest& request, std::string_view name) {
  std::vector<std::string_view> all;
  for (const auto& field : request.fields)
    if (same_word(field.name, name)) for_each_part(field.value, ',', [&](std::string_view hop) { all.push_back(hop); });
  return all;
}

}  // namespace

std::optional<IpAddress> client_of(const HttpRequest& request, std::span<const IpPrefix> trusted) {
  const auto is_trusted = [&](const IpAddress& address) {
    return std::ranges::any_of(trusted, [&](const IpPrefix& prefix) { return prefix.contains(address); });
  };
  if (!is_trusted(request.peer.ip)) return request.peer.ip;
  auto chain = hops(request, "Forwarded");
  for (auto& element : chain) element = for_of(element);
  if (chain.empty()) chain = hops(request, "X-Forwarded-For");
  // From the nearest on: what stands farther away is the word of whoever is not trusted.
  std::size_t hop = 0;
  for (auto node = chain.rbegin(); node != chain.rend() && hop < kMostHops; ++node, ++hop) {
    const auto address = parse_node(*node);
    if (!address || !is_trusted(*address)) return address;
  }
  return std::nullopt;
}

}  // namespace harbinger::persona
