#include "orchestrate/field_mapping.h"

#include <algorithm>
#include <charconv>
#include <span>

namespace harbinger::orchestrate {

namespace {

constexpr std::size_t kFields = static_cast<std::size_t>(ActField::limit);
constexpr std::array<std::string_view, kFields> kWords{
    "actor",      "verb",           "kind",       "at",         "outcome", "scope", "source",   "request",
    "agent",      "changes",        "latency_ms", "need",       "machine", "image", "security", "count",
    "storage_gb", "bandwidth_mbps", "used_cpu",   "used_memory"};

std::vector<std::string> split_at_dots(std::string_view path) {
  std::vector<std::string> steps;
  for (std::size_t from = 0; from <= path.size();) {
    const auto end = std::min(path.find('.', from), path.size());
    steps.emplace_back(path.substr(from, end - from));
    from = end + 1;
  }
  return steps;
}

JsonView step_into(JsonView value, std::string_view step) {
  if (!value.is_list()) return value[step];
  std::size_t place = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), place);
  return error == std::errc{} && end == step.data() + step.size() ? value.at(place) : JsonView();
}

// Names may have dots themselves ("nova_object.data"), so steps that lead nowhere alone are tried together.
JsonView find_by(JsonView value, std::span<const std::string> path) {
  if (path.empty() || !value) return value;
  if (const auto found = find_by(step_into(value, path[0]), path.subspan(1))) return found;
  auto name = path[0];
  for (std::size_t steps = 1; steps < path.size(); ++steps)
    if (const auto found = find_by(value[(name += '.') += path[steps]], path.subspan(steps + 1))) return found;
  return {};
}

// Commas within quotes are part of what stands there.
std::string_view take_pair(std::string_view& text) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != ','); ++end) quoted ^= text[end] == '\'';
  const auto pair = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return pair;
}

std::string known_fields() {
  std::string text;
  for (const auto word : kWords) (text += text.empty() ? "" : ", ") += word;
  return text;
}

}  // namespace

std::string_view to_string(ActField field) noexcept {
  const auto place = static_cast<std::size_t>(field);
  return place < kFields ? kWords[place] : "?";
}

Result<FieldMapping> FieldMapping::parse(std::string_view text) {
  FieldMapping mapping;
  if (text.empty())
    for (std::size_t i = 0; i < kFields; ++i) mapping.sources_[i].path = {std::string(kWords[i])};
  while (!text.empty())
    if (auto why = read_pair(take_pair(text), mapping.sources_); !why.empty())
      return fail(ErrorCode::malformed, std::move(why));
  for (const auto field : {ActField::actor, ActField::verb})
    if (const auto& source = mapping.of(field); source.path.empty() && source.constant.empty())
      return fail(ErrorCode::malformed, "a mapping for `" + std::string(to_string(field)) + "` is needed");
  return mapping;
}

// What is wrong with it; empty when nothing is.
std::string FieldMapping::read_pair(std::string_view pair, Sources& sources) {
  const auto sign = pair.find('=');
  auto theirs = sign == std::string_view::npos ? std::string_view() : pair.substr(sign + 1);
  if (theirs.empty())
    return "`" + std::string(pair) + "` is no mapping; expected our field, `=` and theirs, as in actor=user.name";
  const auto* const word = std::ranges::find(kWords, pair.substr(0, sign));
  if (word == kWords.end())
    return "`" + std::string(pair.substr(0, sign)) + "` is no field of an act; there are " + known_fields();
  auto& source = sources[static_cast<std::size_t>(word - kWords.begin())];
  if (!source.path.empty() || !source.constant.empty()) return "`" + std::string(*word) + "` is mapped twice";
  if (theirs.size() > 2 && theirs.starts_with('\'') && theirs.ends_with('\'')) {
    source.constant = theirs.substr(1, theirs.size() - 2);
    return {};
  }
  if (theirs.contains('\'')) return "`" + std::string(theirs) + "` has a quotation without an end, or an empty one";
  source.per_cent = theirs.ends_with('%');
  if (source.per_cent && !word->starts_with("used_")) return "`%` is for used_cpu and used_memory";
  theirs.remove_suffix(source.per_cent ? 1 : 0);
  source.path = split_at_dots(theirs);
  constexpr std::size_t kMostSteps = 16;
  if (source.path.size() > kMostSteps) return "`" + std::string(theirs) + "` has more than 16 steps";
  const bool gap = std::ranges::any_of(source.path, [](const auto& step) { return step.empty(); });
  return gap ? "`" + std::string(theirs) + "` has an empty step; expected names with a dot between them"
             : std::string();
}

JsonView FieldMapping::find(JsonView object, ActField field) const {
  const auto& path = of(field).path;
  return path.empty() ? JsonView() : find_by(object, path);
}

}  // namespace harbinger::orchestrate
