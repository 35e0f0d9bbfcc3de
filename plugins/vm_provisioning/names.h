// Which names are answered with instances, and of which pool; fast enough for every query.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>
#include "steer/name_template.h"

namespace harbinger::vm_provisioning {

/// Templates of names, the first that holds counts. A first label that begins with `cpt-` stands for a tag, whoever made it up: such names are matched only by templates that
/// begin with `{cpt}`; these hold without that label, too. Most names are told from others by one look at their end.
class ProvisionedNames {
 public:
  /// Errors: malformed, with what would be right.
  Result<void> add(const std::string& name_template, std::uint16_t pool);
  /// Names whose `{type}` is this are of that pool, whatever their template says. Without case.
  void type(std::string label, std::uint16_t pool) { types_.push_back({std::move(label), pool}); }
  bool empty() const noexcept { return entries_.empty(); }

  struct Match {
    std::uint16_t pool = 0;
    std::string_view tag{};  ///< what stands behind `cpt-`, as long as the name lives
    bool tagged = false;     ///< there is such a label
  };
  /// Any thread; no lock, no allocation.
  bool match(const Name& name, Match& match) const noexcept;

 private:
  struct Entry {
    steer::NameTemplate names;
    std::string end;  // wire form of the labels behind the last word, in lower case, the root included
    std::uint16_t pool = 0;
    bool tagged = false;
  };
  struct Type {
    std::string label;
    std::uint16_t pool;
  };
  Result<void> add_one(std::string_view name_template, std::uint16_t pool, bool tagged);

  std::vector<Entry> entries_;
  std::vector<Type> types_;
};

}  // namespace harbinger::vm_provisioning
