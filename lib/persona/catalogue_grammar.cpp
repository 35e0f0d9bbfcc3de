#include "persona/catalogue_grammar.h"

#include <cmath>

namespace harbinger {

using persona::Range;

namespace {

std::unexpected<Error> not_a_range() {
  return fail(ErrorCode::malformed, "a range such as 0.4.., ..0.2 or 0.2..0.6, its smaller end first");
}

}  // namespace

Result<Range> OptionValue<Range>::parse(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == text.npos || text.size() == 2) return not_a_range();
  Range range;
  for (auto [part, end] :
       {std::pair{text.substr(0, dots), &range.low}, std::pair{text.substr(dots + 2), &range.high}}) {
    if (part.empty()) continue;
    const auto number = OptionValue<double>::parse(part);
    if (!number || *number < 0) return not_a_range();
    *end = *number;
  }
  if (range.low > range.high) return not_a_range();
  return range;
}

std::string OptionValue<Range>::show(const Range& value) {
  const auto end = [](double number) { return std::isfinite(number) ? detail::show_number(number) : std::string(); };
  return end(value.low) + ".." + end(value.high);
}

namespace persona {

namespace {

OneOf<Feature> any_feature() {
  OneOf<Feature> words;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Feature::limit); ++i)
    words.words.emplace_back(to_string(static_cast<Feature>(i)), static_cast<Feature>(i));
  return words;
}

OneOf<DeviceClass> any_device() {
  OneOf<DeviceClass> words;
  for (std::size_t i = 1; i < static_cast<std::size_t>(DeviceClass::limit); ++i)
    words.words.emplace_back(to_string(static_cast<DeviceClass>(i)), static_cast<DeviceClass>(i));
  return words;
}

Clause<PriorityLine> priority_clause() {
  return Clause<PriorityLine>()
      .argument("pattern", &PriorityLine::pattern)
      .argument("weight", &PriorityLine::weight, between(0.0, 100.0));
}

Options<EntryBlock> make_options() {
  Options<EntryBlock> rows;
  rows.argument("name", &EntryBlock::name, "what the persona is called")
      .rows("fits", &EntryBlock::fits, fits_clause(), "what a class of this persona does: a feature and its range")
      .rows("rule", &EntryBlock::rules, rule_clause(), "clients that are of this persona whatever they do")
      .rows("attribute", &EntryBlock::attributes, attribute_clause(), "what else is to be known of the persona")
      .option("location", &EntryBlock::location, "where its endpoints should be")
      .option("template", &EntryBlock::machine_template, "of machines that are made ready for it")
      .rows("priority", &EntryBlock::priorities, priority_clause(), "which resources come first among its hints")
      .option("prefetch", &EntryBlock::prefetch, "off: it gets no hints at all")
      .option("hints", &EntryBlock::hints, between(1, 64), "at most so many hints in a reply")
      .option("floor", &EntryBlock::floor, between(0.0, 1.0), "hints that are less probable are not given")
      .option("fragments", &EntryBlock::fragments, between(1, 64), "how many fragments ahead are hinted");
  return rows;
}

}  // namespace

const Clause<FitsLine>& fits_clause() {
  static const auto clause = Clause<FitsLine>()
                                 .argument("feature", &FitsLine::feature, any_feature())
                                 .argument("range", &FitsLine::range)
                                 .value("weight", &FitsLine::weight, between(0.1, 100.0));
  return clause;
}

const Clause<CatalogueRule>& rule_clause() {
  static const auto clause = Clause<CatalogueRule>()
                                 .list("user_agent", &CatalogueRule::user_agents)
                                 .list("network", &CatalogueRule::networks)
                                 .list("name", &CatalogueRule::names)
                                 .list("device", &CatalogueRule::devices, any_device());
  return clause;
}

const Clause<AttributeLine>& attribute_clause() {
  static const auto clause =
      Clause<AttributeLine>().argument("key", &AttributeLine::key).argument("value", &AttributeLine::value);
  return clause;
}

const Options<EntryBlock>& entry_options() {
  static const auto options = make_options();
  return options;
}

bool is_share(Feature feature) noexcept {
  return feature != Feature::acts_per_minute && feature != Feature::gap_s && feature != Feature::dwell_s;
}

}  // namespace persona

}  // namespace harbinger
