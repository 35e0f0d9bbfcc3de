// Who decides what is made ahead for users, from what they will probably need.
#pragma once

#include <memory>

#include "orchestrate/need_model.h"
#include "server/replay/virtual_estate.h"

namespace harbinger::replay {

struct SparePrices {
  double cold_s = 600;       ///< who waits for a whole start: worth so many seconds of one idle resource
  UnixMillis start = 0;      ///< from an order to ready
  UnixMillis horizon = 0;    ///< that outlooks are for, and after which what nobody asked for is given up
  std::size_t per_user = 8;  ///< at most made ahead for each
};

/// Calls come in the order of time.
class SpareMaker {
 public:
  virtual ~SpareMaker() = default;
  /// A user asks for a resource, and has one of his that is there.
  virtual void asked(const VirtualEstate::Request& request, UnixMillis now) = 0;
  /// What a user will need, after an act of his or some time after it.
  virtual void foresee(orchestrate::ActorKey user, const orchestrate::Outlook& outlook, bool acted, UnixMillis now) = 0;
  /// What time alone changes.
  virtual void pass(UnixMillis now) = 0;
};

/// What is worth it by orchestrate::worth_of is made ahead, once, and given up where it is not any more, or was not asked for in time. The estate outlives it.
std::unique_ptr<SpareMaker> make_spare_rule(VirtualEstate& estate, const SparePrices& prices);
/// The engine's own desk, in a dry run. It decides the same, with cool-downs and memories of its own, some ten times as slowly.
std::unique_ptr<SpareMaker> make_desk_rule(VirtualEstate& estate, const SparePrices& prices);

}  // namespace harbinger::replay
