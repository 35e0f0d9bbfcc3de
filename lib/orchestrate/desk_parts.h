// What a resource desk keeps, and what it wants done.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/engine.h"
#include "orchestrate/moment.h"

namespace harbinger::orchestrate {

/// What a target shall do. Whoever has it done says what came of it; until then there is no other call for this resource.
struct DeskAct {
  enum class Kind : std::uint8_t { make, look, change, remove } kind{};
  std::string id{};
  std::uint16_t target = 0;
  std::uint16_t kind_number = 0;  ///< of the settings; kNoKind where there are none any more
  Need need{};
  Duration within{};  ///< a call may take so long
  bool is_virtual = false;
};

/// What the disk must have before anything of the same take() is done or told.
struct DeskNote {
  enum class Kind : std::uint8_t { ordered, changed, asked, removing, ended } kind{};
  std::string id{};
};

/// An action, and what else there is to say of it.
struct Planned {
  Action what{};
  std::vector<std::string> why{};
  std::uint16_t kind = 0;  ///< of the settings
  bool approved = false;
  MonotonicTime planned{};
};

/// A resource, and how it goes on.
struct DeskResource {
  static constexpr std::uint16_t kNoKind = UINT16_MAX;

  Resource what{};
  std::uint16_t kind = kNoKind, target = 0;
  bool asked = false;       ///< its user asked for it: it is claimed once it is ready, and not given up on a forecast
  bool is_virtual = false;  ///< of a dry run: nothing is there
  bool recovered = false;   ///< from before; a list will tell what became of it
  bool was_ready = false;   ///< once
  bool unsure = false;      ///< it is not known whether the target heard of it
  bool fixed = false;       ///< its target would not change it
  bool steady = false;      ///< it has shown that its target is well
  bool for_good = false;    ///< it is removed; whatever is heard of it
  std::optional<Need> before{};                        ///< while it is changed
  std::uint64_t action = 0;                            ///< that is under way for it; 0: none
  bool calling = false, begun = false, hangs = false;  ///< begun: the call has a thread
  DeskAct::Kind call{};
  MonotonicTime called{};
  Duration within{};                             ///< that the call may take, since it began
  MonotonicTime ordered{}, ready{}, deadline{};  ///< deadline: it must be ready until then
  MonotonicTime resized{};                       ///< when its size was changed last, or seen to be right
  MonotonicTime look_at{}, again{};              ///< when to look, and when to try once more
  Duration pause{};
  unsigned gone = 0;  ///< looks in a row that found nothing
};

/// What is remembered of a user besides his resources.
class DeskUser {
 public:
  enum class Of : std::uint8_t { removed, failed, denied, given_up, refused, echo };
  static constexpr std::size_t kMost = 32;

  std::vector<std::string> resources{};
  std::vector<std::uint64_t> actions{};  ///< that wait: proposed and held ones
  float used = -1;                       ///< of what he has, of late: a share
  unsigned times_used = 0;

  void remember(Of of, const Need& need, MonotonicTime until) {
    forget(of, need);
    if (memories_.size() == kMost) memories_.erase(memories_.begin());
    memories_.push_back({of, need, until});
  }
  bool recalls(Of of, const Need& need, MonotonicTime now) const {
    return std::ranges::any_of(memories_,
                               [&](const auto& it) { return it.of == of && it.need == need && now < it.until; });
  }
  bool forget(Of of, const Need& need) {
    return std::erase_if(memories_, [&](const auto& it) { return it.of == of && it.need == need; }) > 0;
  }
  void forget(Of of) {
    std::erase_if(memories_, [&](const auto& it) { return it.of == of; });
  }
  /// Whether nothing is left to know.
  bool tidy(MonotonicTime now) {
    std::erase_if(memories_, [&](const auto& it) { return now >= it.until; });
    return memories_.empty() && resources.empty() && actions.empty();
  }

 private:
  struct Memory {
    Of of{};
    Need need{};
    MonotonicTime until{};
  };
  std::vector<Memory> memories_;
};

}  // namespace harbinger::orchestrate
