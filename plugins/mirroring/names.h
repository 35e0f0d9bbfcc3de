// Whether a name may be mirrored, fast enough for every query.
#pragma once

#include <string>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>
#include "steer/name_template.h"

namespace harbinger::mirroring {

/// Name templates, of which one must match: as each of them would say by itself. Most names are told from others by one look at their end.
class MirroredNames {
 public:
  /// Errors: malformed, with what would be right.
  Result<void> add(const std::string& name_template);

  /// Without case. Any thread; no lock, no allocation.
  bool match(const Name& name) const noexcept;

 private:
  struct Entry {
    steer::NameTemplate names;
    std::string end;        // wire form of the labels behind the last word, in lower case, the root included
    std::size_t words = 0;  // labels in front of it
    bool plain = false;     // all in front are words for one label each: then the end and their number decide
    bool match(const Name& name) const noexcept;
  };
  std::vector<Entry> entries_;
};

}  // namespace harbinger::mirroring
