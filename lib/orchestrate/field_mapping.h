// Where in an object of JSON the fields of an act are.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "orchestrate/json_view.h"

namespace harbinger::orchestrate {

enum class ActField : std::uint8_t {
  actor,
  verb,
  kind,
  at,
  outcome,
  scope,
  source,
  request,
  agent,
  changes,
  latency_ms,
  need,
  machine,
  image,
  security,
  count,
  storage_gb,
  bandwidth_mbps,
  used_cpu,
  used_memory,
  limit
};
std::string_view to_string(ActField field) noexcept;

/// A mapping as operators write it: `actor=user.name,verb=action,kind='vm',used_cpu=Average%`. Dots lead into objects (names that have dots are found as well), and numbers into lists (`groups.0.id`);
/// what stands in quotes is meant as it is; a `%` behind a share means that it is told in per cent.
class FieldMapping {
 public:
  /// Empty: each field is called as it is here. `malformed`, naming the part that is wrong and what would be right; actor and verb are needed.
  static Result<FieldMapping> parse(std::string_view text);

  /// What `object` tells of a field: text, number or truth value as text would be read; nothing where it is not mapped or not there.
  JsonView find(JsonView object, ActField field) const;
  /// The words that a field always has; empty where it is looked up.
  std::string_view constant(ActField field) const { return of(field).constant; }
  bool per_cent(ActField field) const { return of(field).per_cent; }

 private:
  struct Source {
    std::vector<std::string> path;
    std::string constant;
    bool per_cent = false;
  };
  using Sources = std::array<Source, static_cast<std::size_t>(ActField::limit)>;

  static std::string read_pair(std::string_view pair, Sources& sources);
  const Source& of(ActField field) const { return sources_[static_cast<std::size_t>(field)]; }

  Sources sources_;
};

}  // namespace harbinger::orchestrate
