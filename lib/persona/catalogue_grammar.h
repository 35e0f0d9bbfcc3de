// The words of a catalogue: what may stand in the block of a persona.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <harbinger/options.h>
#include "persona/catalogue.h"

namespace harbinger::persona {

/// `0.4..`, `..0.2`, `0.2..0.6`; both ends included, an open one is infinite.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// `fits video 0.4.. weight 2`
struct FitsLine {
  Feature feature{};
  Range range;
  double weight = 1;
};

/// `attribute device phone`
struct AttributeLine {
  std::string key, value;
};

/// `priority *.mpd 2`
struct PriorityLine {
  std::string pattern;
  double weight = 1;
};

/// The block of one persona as it stands in the file.
struct EntryBlock {
  std::string name;
  std::vector<FitsLine> fits;
  std::vector<CatalogueRule> rules;
  std::vector<AttributeLine> attributes;
  std::vector<PriorityLine> priorities;
  std::string location, machine_template;
  bool prefetch = true;
  std::uint8_t hints = 0, fragments = 0;
  double floor = 0;
};

const Clause<FitsLine>& fits_clause();
const Clause<CatalogueRule>& rule_clause();
const Clause<AttributeLine>& attribute_clause();
const Options<EntryBlock>& entry_options();

/// Whether the feature is a share of 0 to 1, and not a rate or a time.
bool is_share(Feature feature) noexcept;

}  // namespace harbinger::persona

template <>
struct harbinger::OptionValue<harbinger::persona::Range> {
  static Result<persona::Range> parse(std::string_view text);
  static std::string show(const persona::Range& value);
  static std::string_view form() { return "FROM..TO"; }
};
