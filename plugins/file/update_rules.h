// Who may change what in a zone.
#pragma once

#include <string>
#include <vector>

#include <harbinger/options.h>
#include <harbinger/tsig.h>
#include <harbinger/update.h>

namespace harbinger::file {

/// `update KEY [name PATTERN...] [type TYPE...]`
struct UpdateRule {
  Name key;
  std::vector<Name> names;    ///< a name, or `*.example.org` for all below it; empty: the whole zone
  std::vector<RRType> types;  ///< empty: all but SOA, those of DNSSEC, and NS of the zone's own name

  bool allows(const Name& apex, const Name& name, RRType type) const;
};

/// Why a key may not make these changes; empty when it may. Several rules of a key add up. Removing a name needs all types.
std::string objection(const std::vector<UpdateRule>& rules, const Name& key, const Name& apex,
                      const UpdateMessage& update);

/// Every key is known; else what would be right.
Result<void> check_update_rules(const std::vector<UpdateRule>& rules, const TsigKeys& keys);
Clause<UpdateRule> update_clause();

}  // namespace harbinger::file
