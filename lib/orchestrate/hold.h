// What keeps an action back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace harbinger::orchestrate {

enum class Hold : std::uint8_t {
  nothing,
  resources,       ///< a budget,
  per_user,        ///< another,
  orders,          ///< another,
  orders_of_user,  ///< another,
  cost,            ///< the last
  cool_down,       ///< the opposite was done, or it failed, just now
  denied,          ///< somebody said no a while ago, or did not answer
  given_up,        ///< it was there and not asked for, and its user has done nothing since
  target,          ///< the target cannot work, or failed of late
  refused,         ///< the target will never make that
  journal,         ///< the disk takes nothing
  halted,          ///< by order
  limit
};
std::string_view to_string(Hold hold);

struct Held {
  Hold by = Hold::nothing;
  std::string why{};  ///< for people
  explicit operator bool() const { return by != Hold::nothing; }
};

}  // namespace harbinger::orchestrate
