#include "orchestrate/told_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace harbinger::orchestrate {

namespace {

constexpr std::uint32_t kMostCount = 1000;

template <class Words>
std::string listed(const Words& words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char octet) { return octet < 0x20 || octet == 0x7f; });
}

}  // namespace

std::string key_text(ActorKey key) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(key));
  return text.data();
}

std::optional<ActorKey> parse_key(std::string_view text) noexcept {
  if (text.size() == 17 && text.starts_with('u')) text.remove_prefix(1);
  ActorKey key = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, key, 16);
  if (text.size() != 16 || error != std::errc() || at != end || key == 0) return std::nullopt;
  return key;
}

std::string_view to_string(Belief::By by) noexcept {
  constexpr std::array<std::string_view, 4> kWords{"", "inference", "label", "rule"};
  const auto place = static_cast<std::size_t>(by);
  return place < kWords.size() ? kWords[place] : "";
}

Result<Label> read_label(std::string_view attribute, std::string_view value) {
  const auto known = parse_attribute(attribute);
  if (!known) {
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < kAttributes; ++i) all.push_back(to_string(static_cast<Attribute>(i)));
    return fail(ErrorCode::malformed,
                "there is no attribute \"" + std::string(attribute) + "\"; there are " + listed(all));
  }
  if (value.empty()) return Label{*known, std::nullopt};
  const auto values = values_of(*known);
  const auto found = std::ranges::find(values, value);
  if (found != values.end()) return Label{*known, static_cast<std::uint8_t>(found - values.begin())};
  return fail(ErrorCode::malformed,
              std::string(attribute) + " is never \"" + std::string(value) + "\"; its values are " + listed(values));
}

std::vector<std::string> addresses_of(std::span<const provision::Reach> all) {
  std::vector<std::string> texts;
  for (const auto& reach : all)
    for (const auto& address : reach.addresses) texts.push_back(SocketAddress{address, reach.port}.to_string());
  return texts;
}

Result<Need> checked_need(Need said) {
  if (said.kind.empty()) return fail(ErrorCode::malformed, "say which kind of resource");
  for (const auto* text : {&said.kind, &said.machine, &said.image, &said.security})
    if (text->size() > Activity::kMostText || !is_printable(*text))
      return fail(ErrorCode::malformed, "words of a need have at most 127 octets, all of them printable");
  if (said.count == 0 || said.count > kMostCount) return fail(ErrorCode::malformed, "a count is 1 to 1000");
  return said;
}

}  // namespace harbinger::orchestrate
