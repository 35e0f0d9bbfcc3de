// What is rewritten, and for whom.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/persona_directory.h>
#include <harbinger/query.h>

namespace harbinger::rewrite {

/// For whom a rule is: everybody, or clients of these personas. Asking makes the persona part of the answer's key, so it is asked last.
inline bool is_for(const std::vector<std::string>& personas, const Query& query) {
  if (personas.empty()) return true;
  const auto name = persona_directory().name(query.persona());
  return std::ranges::find(personas, name.view()) != personas.end();
}

struct NameRule {
  enum class How : std::uint8_t { exact, suffix };
  How how{};
  Name from, to;
  std::vector<std::string> personas;

  /// What `query` is to be asked as, when the rule holds for it. A name that would grow too long is left alone.
  std::optional<Name> apply(const Query& query) const {
    const auto& name = query.name();
    const bool matches = how == How::exact ? name == from : name.is_within(from);
    if (!matches || !is_for(personas, query)) return std::nullopt;
    if (how == How::exact) return to;
    const auto longer = name.with_suffix(from, to);
    return longer ? std::optional(*longer) : std::nullopt;
  }
};

struct TtlRule {
  std::uint32_t low = 0, high = 0;
  std::vector<std::string> personas;
};

}  // namespace harbinger::rewrite
