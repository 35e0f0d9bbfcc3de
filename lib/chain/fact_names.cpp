#include "chain/fact_names.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace harbinger {

FactId fact_named(std::string_view name) {
  static std::mutex lock;
  static std::vector<std::string> names;
  constexpr auto first = static_cast<std::size_t>(FactId::first_custom),
                 limit = static_cast<std::size_t>(FactId::limit);

  const std::lock_guard guard(lock);
  const auto found = std::ranges::find(names, name);
  const auto index = static_cast<std::size_t>(found - names.begin());
  if (found == names.end()) {
    if (first + index == limit) throw std::length_error("too many facts: no id left for " + std::string(name));
    names.emplace_back(name);
  }
  return static_cast<FactId>(first + index);
}

}  // namespace harbinger
