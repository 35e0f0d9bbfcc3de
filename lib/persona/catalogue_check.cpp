#include "persona/catalogue_check.h"

#include <algorithm>
#include <cmath>

namespace harbinger::persona {

namespace {

constexpr std::size_t kLongestName = 31, kLongestText = 255;

bool good_letter(char each) { return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-'; }

void lower(std::string& text) {
  for (char& each : text)
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each + ('a' - 'A'));
}

std::string place_of(const Position& position) {
  return position.file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

// Two rules with the same words in another order are the same rule.
std::string text_of(const CatalogueRule& rule) {
  std::string text;
  const auto add = [&](char kind, std::vector<std::string> words) {
    std::ranges::sort(words);
    for (const auto& word : words) text.append(1, kind).append(word).append(1, '\n');
  };
  add('u', rule.user_agents);
  add('w', rule.networks);
  add('n', rule.names);
  std::vector<std::string> devices;
  for (const auto device : rule.devices) devices.emplace_back(to_string(device));
  add('d', devices);
  return text;
}

}  // namespace

CatalogueRule in_lower_case(CatalogueRule rule) {
  std::ranges::for_each(rule.user_agents, lower);
  std::ranges::for_each(rule.names, lower);
  return rule;
}

void CatalogueCheck::report_second(Places& places, const std::string& what, const config::Word& where,
                                   const std::string& trouble) {
  const auto [first, is_new] = places.try_emplace(what, where.position);
  if (!is_new)
    errors_.push_back({ErrorCode::conflict, trouble + " in " + place_of(first->second) + " already", where.position});
}

void CatalogueCheck::check_name(const config::Word& name) {
  const auto& text = name.text;
  if (text == kDefaultPersonaName)
    return errors_.push_back({ErrorCode::conflict,
                              "`default` is who nothing is known of, so it can have no entry; choose another name",
                              name.position});
  if (text.empty() || text.size() > kLongestName || !std::ranges::all_of(text, good_letter))
    return errors_.push_back(
        {ErrorCode::malformed,
         "a persona's name has 1 to 31 of the characters a-z, 0-9 and `-`, as in `mobile-video`, not `" + text + "`",
         name.position});
  report_second(names_, text, name, "the persona `" + text + "` was described");
}

std::string CatalogueCheck::check_ranges(const config::Directive& block) {
  std::vector<std::string> texts;
  Places features;
  for (const auto& line : block.body) {
    const auto fits = line.word.text == "fits" ? fits_clause().read(line) : std::unexpected(config::Errors{});
    if (!fits) continue;
    const std::string feature(to_string(fits->feature));
    report_second(features, feature, line.word, "the range of `" + feature + "` was given");
    if (is_share(fits->feature) && (fits->range.low > 1 || (fits->range.high > 1 && std::isfinite(fits->range.high))))
      errors_.push_back({ErrorCode::malformed, "`" + feature + "` is a share, its range lies between 0 and 1",
                         line.arguments[1].position});
    texts.push_back(feature + ' ' + OptionValue<Range>::show(fits->range));
  }
  std::ranges::sort(texts);
  std::string all;
  for (const auto& text : texts) all.append(text).append(1, '\n');
  return all;
}

bool CatalogueCheck::check_rules(const config::Directive& block) {
  bool any = false;
  for (const auto& line : block.body) {
    if (line.word.text != "rule") continue;
    any = true;
    if (line.arguments.empty()) {
      errors_.push_back({ErrorCode::malformed,
                         "`rule` wants to know whom: user_agent, network, name or device, each with its values",
                         line.word.position});
      continue;
    }
    const auto rule = rule_clause().read(line);
    if (rule) report_second(rules_, text_of(in_lower_case(*rule)), line.word, "the same rule stands");
  }
  return any;
}

void CatalogueCheck::check_attributes(const config::Directive& block) {
  Places keys;
  for (const auto& line : block.body) {
    const auto attribute =
        line.word.text == "attribute" ? attribute_clause().read(line) : std::unexpected(config::Errors{});
    if (!attribute) continue;
    report_second(keys, attribute->key, line.word, "the attribute `" + attribute->key + "` was given");
  }
  for (const auto& line : block.body)
    for (const auto& word : line.arguments)
      if (word.text.empty() || word.text.size() > kLongestText)
        errors_.push_back({ErrorCode::malformed, "a value here has 1 to 255 characters", word.position});
}

void CatalogueCheck::look_at(const config::Directive& block) {
  if (++entries_ == kMostEntries + 1)
    errors_.push_back({ErrorCode::too_large,
                       "a catalogue has at most " + std::to_string(kMostEntries) + " personas, this is one more",
                       block.word.position});
  if (!block.arguments.empty()) check_name(block.arguments.front());
  const auto ranges = check_ranges(block);
  const bool has_rules = check_rules(block);
  check_attributes(block);
  if (has_rules) return;
  const bool has_fits = std::ranges::any_of(block.body, [](const auto& line) { return line.word.text == "fits"; });
  if (!has_fits)
    errors_.push_back(
        {ErrorCode::malformed, "nobody can be of this persona, give it a `fits` or a `rule`", block.word.position});
  else if (!ranges.empty())
    report_second(ranges_, ranges, block.word, "the same ranges and no rule stand");
}

}  // namespace harbinger::persona
