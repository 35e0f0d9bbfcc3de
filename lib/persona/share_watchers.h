// Who wants to know what others publish, and what each was told already.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "persona/share.h"

namespace harbinger::persona {

/// Used by one thread.
class ShareWatchers {
 public:
  void add(Share::Watcher watcher) { watching_.push_back({std::move(watcher), {}}); }
  bool empty() const { return watching_.empty(); }

  void assigned(const PersonaAssignment& assignment) const {
    for (const auto& watching : watching_)
      if (watching.watcher.assigned) watching.watcher.assigned(assignment);
  }

  /// Each watcher hears of a version once, and of none after a newer one.
  void table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) {
    for (auto& watching : watching_) {
      const auto [told, first] = watching.told.try_emplace(name, version);
      if (!first && version <= told->second) continue;
      told->second = version;
      if (watching.watcher.table) watching.watcher.table(name, version, octets);
    }
  }

 private:
  struct Watching {
    Share::Watcher watcher;
    std::map<std::string, std::uint64_t> told;
  };
  std::vector<Watching> watching_;
};

}  // namespace harbinger::persona
