#include "plugins/mirroring/names.h"

#include <algorithm>

namespace harbinger::mirroring {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Lengths of labels are below 64, so that they are no letters.
bool same(std::string_view wire, std::string_view end) noexcept {
  for (std::size_t i = 0; i < end.size(); ++i)
    if (wire[i] != end[i] && lower(wire[i]) != end[i]) return false;
  return true;
}

std::vector<std::string_view> labels_of(std::string_view text) {
  std::vector<std::string_view> labels;
  if (text.ends_with('.')) text.remove_suffix(1);
  for (std::size_t dot = 0; dot != std::string_view::npos; text.remove_prefix(dot + 1)) {
    dot = text.find('.');
    labels.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) break;
  }
  return labels;
}

}  // namespace

Result<void> MirroredNames::add(const std::string& name_template) {
  auto names = steer::NameTemplate::parse(name_template);
  if (!names) return fail(names.error());
  const auto labels = labels_of(name_template);
  const auto is_word = [](std::string_view label) { return label.starts_with('{'); };
  const auto end = std::find_if(labels.rbegin(), labels.rend(), is_word).base();
  Entry entry{.names = std::move(*names)};
  for (auto label = end; label != labels.end(); ++label) {
    entry.end += static_cast<char>(label->size());
    std::ranges::transform(*label, std::back_inserter(entry.end), lower);
  }
  entry.end += '\0';
  entry.words = static_cast<std::size_t>(end - labels.begin());
  entry.plain = std::all_of(labels.begin(), end, [&](auto label) { return is_word(label) && !label.ends_with("*}"); });
  entries_.push_back(std::move(entry));
  return {};
}

bool MirroredNames::Entry::match(const Name& name) const noexcept {
  const std::string_view wire(reinterpret_cast<const char*>(name.wire().data()), name.wire().size());
  if (wire.size() < end.size()) return false;
  const auto begin = wire.size() - end.size();
  if (!same(wire.substr(begin), end)) return false;
  if (!plain) {
    steer::NameTemplate::Fields fields;
    return names.match(name, fields);
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < words; ++i) {
    if (at >= begin) return false;
    at += static_cast<unsigned char>(wire[at]) + 1U;
  }
  return at == begin;
}

bool MirroredNames::match(const Name& name) const noexcept {
  return std::ranges::any_of(entries_, [&](const Entry& each) { return each.match(name); });
}

}  // namespace harbinger::mirroring
