// What is wrong with a catalogue although each of its lines can be read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <harbinger/config.h>
#include "persona/catalogue_grammar.h"

namespace harbinger::persona {

inline constexpr std::size_t kMostEntries = 200;

/// Looks at one block after the other and remembers what may not stand twice.
class CatalogueCheck {
 public:
  explicit CatalogueCheck(config::Errors& errors) : errors_(errors) {}

  /// `block` is `persona NAME { ... }`. Lines that cannot be read are left to whoever reads the block.
  void look_at(const config::Directive& block);

 private:
  using Places = std::map<std::string, Position>;

  void check_name(const config::Word& name);
  /// The ranges as text, for comparison.
  std::string check_ranges(const config::Directive& block);
  bool check_rules(const config::Directive& block);
  void check_attributes(const config::Directive& block);
  void report_second(Places& places, const std::string& what, const config::Word& where, const std::string& trouble);

  config::Errors& errors_;
  Places names_, rules_, ranges_;
  std::size_t entries_ = 0;
};

/// Patterns in lower case, as user agents and names are compared.
CatalogueRule in_lower_case(CatalogueRule rule);

}  // namespace harbinger::persona
