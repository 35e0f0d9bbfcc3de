// Where those who know what is coming say it, and those who mirror hear it.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/listeners.h"
#include "mirror/settings.h"

namespace harbinger::mirror {

/// Any thread but a worker's. A listener must not come or go within a call of its own.
class EventBoard {
 public:
  /// The process's one.
  static EventBoard& shared();

  /// True when somebody has use for the event.
  bool post(const ExternalEvent& event);
  /// Asked of each event while the returned handle lives: whether it has use for it.
  [[nodiscard]] std::shared_ptr<void> listen(std::function<bool(const ExternalEvent&)> listener) {
    return listeners_.add(std::move(listener));
  }

 private:
  Listeners<bool(const ExternalEvent&)> listeners_;
};

}  // namespace harbinger::mirror
