// Tags as texts: alone, in names and in URLs.
#include <harbinger/profile_tag.h>

#include <algorithm>

#include "provision/tag_alphabet.h"

namespace harbinger {

namespace {

constexpr std::string_view kParameter = "cpt=";

// A URL in three: up to its query, the query without `?`, and the fragment with `#`.
struct UrlParts {
  std::string_view before, query, fragment;

  explicit UrlParts(std::string_view url) {
    const auto end = std::min(url.find('#'), url.size());
    fragment = url.substr(end);
    url = url.substr(0, end);
    before = url.substr(0, url.find('?'));
    if (before.size() < url.size()) query = url.substr(before.size() + 1);
  }
};

std::optional<ProfileTag> tag_of_label(std::string_view label) {
  constexpr auto kBegin = ProfileTag::kLabel;
  if (label.size() != kBegin.size() + ProfileTag::kLength) return std::nullopt;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  if (!std::ranges::equal(label.substr(0, kBegin.size()), kBegin, same)) return std::nullopt;
  return ProfileTag::parse(label.substr(kBegin.size()));
}

}  // namespace

std::optional<ProfileTag> ProfileTag::parse(std::string_view text) noexcept {
  if (text.size() != kLength) return std::nullopt;
  ProfileTag tag;
  for (std::size_t i = 0; i < kLength; ++i) {
    const auto value = tag_alphabet::value_of(text[i]);
    if (value == tag_alphabet::kNone) return std::nullopt;
    tag.text_[i] = tag_alphabet::kCharacters[static_cast<std::size_t>(value)];
  }
  return tag;
}

// Journals have it, so it must not be seeded by the process. Nobody can prepare two tags with one key: who is no holder of the secret makes none that is taken.
std::uint64_t ProfileTag::key() const noexcept { return std::min(resource_hash(text()), UINT64_MAX - 1); }

std::optional<ProfileTag> tag_in(const Name& name) noexcept {
  const auto wire = name.wire();
  for (std::size_t at = 0; wire[at] != 0; at += wire[at] + 1u) {
    if (wire[at] != ProfileTag::kLabel.size() + ProfileTag::kLength) continue;
    if (const auto tag = tag_of_label({reinterpret_cast<const char*>(&wire[at + 1]), wire[at]})) return tag;
  }
  return std::nullopt;
}

std::optional<ProfileTag> tag_in_url(std::string_view url) noexcept {
  for (auto query = UrlParts(url).query; !query.empty();) {
    const auto parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    if (!parameter.starts_with(kParameter)) continue;
    if (const auto tag = ProfileTag::parse(parameter.substr(kParameter.size()))) return tag;
  }
  return std::nullopt;
}

std::string with_tag(std::string_view url, const ProfileTag& tag) {
  const UrlParts parts(url);
  std::string tagged(parts.before);
  tagged += '?';
  if (const auto others = query_without_tag(parts.query); !others.empty()) tagged.append(others).append("&");
  return tagged.append(kParameter).append(tag.text()).append(parts.fragment);
}

}  // namespace harbinger
